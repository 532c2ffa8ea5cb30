-- What takes somebody's rights away at once, whatever their open transactions hold: changing the
-- account itself may have to wait for those.
CREATE TABLE suspensions (
    id BIGSERIAL CONSTRAINT pk_suspensions PRIMARY KEY,
    user_id INTEGER NOT NULL,
    suspended_at TIMESTAMP NOT NULL,
    suspended_by_id INTEGER NOT NULL,
    ended_at TIMESTAMP,
    ended_by_id INTEGER
);

CREATE INDEX ix_suspensions_user_id ON suspensions (user_id) WHERE ended_at IS NULL;

-- Without a policy: nobody but the owner reaches it.
ALTER TABLE suspensions ENABLE ROW LEVEL SECURITY;
