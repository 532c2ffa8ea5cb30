-- The functions under checks and generated columns. They cannot be dropped, so every upgrade replaces
-- them where they are; whoever changes what one returns recomputes in a revision what is stored.
-- Search needs no extension: words without accents and case, kept in a tsvector, found by prefix.

CREATE OR REPLACE FUNCTION is_plain_text(value text, several_lines boolean) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN value IS NFC NORMALIZED
        AND value COLLATE "C" !~ CASE WHEN several_lines
            THEN '[\u0001-\u0008\u000b-\u001f\u007f-\u009f]'
            ELSE '[\u0001-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]' END
        AND value COLLATE "C" ~
            '[^\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]';
COMMENT ON FUNCTION is_plain_text(text, boolean) IS
    'Whether a text is NFC, has no control characters (line breaks and tabs where several lines are allowed) and something to be seen.';
GRANT EXECUTE ON FUNCTION is_plain_text(text, boolean) TO epicevents_app;

CREATE OR REPLACE FUNCTION is_email(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN is_plain_text(value, false)
        -- Decomposed, a capital is a capital whatever accent it wears and whatever the locale.
        AND normalize(value, NFKD) COLLATE "C" !~ '[A-ZÆØŒĐŁÞΑ-ΩЀ-Я]'
        AND value COLLATE "C" ~
            '^[^\u0001-\u0020\u007f-\u00a0\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff@]+@[^\u0001-\u0020\u007f-\u00a0\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff@.]+(\.[^\u0001-\u0020\u007f-\u00a0\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff@.]+)+$';
COMMENT ON FUNCTION is_email(text) IS
    'Whether a text has the form of an email address: NFC, lower case, without spaces.';
GRANT EXECUTE ON FUNCTION is_email(text) TO epicevents_app;

CREATE OR REPLACE FUNCTION is_phone(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN value COLLATE "C" ~ '^\+[1-9][0-9]{5,14}(;ext=[0-9]{1,8})?$';
COMMENT ON FUNCTION is_phone(text) IS 'Whether a text is a phone number in E.164, perhaps with an extension as in +33123456789;ext=12.';
GRANT EXECUTE ON FUNCTION is_phone(text) TO epicevents_app;

-- The ~ sorts such an address behind all others.
CREATE OR REPLACE FUNCTION unknown_email(client integer) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN '~' || client || '@unknown.invalid';
COMMENT ON FUNCTION unknown_email(integer) IS
    'The address that stands for the unknown one of a client: unique, and of a domain that nobody has.';
GRANT EXECUTE ON FUNCTION unknown_email(integer) TO epicevents_app;

CREATE OR REPLACE FUNCTION known_email(email text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN email COLLATE "C" LIKE '~%@unknown.invalid' THEN '' ELSE email END;
COMMENT ON FUNCTION known_email(text) IS
    'An address as people see it: the empty text where it stands for an unknown one.';
GRANT EXECUTE ON FUNCTION known_email(text) TO epicevents_app;

-- In plpgsql, because that folds a text in one pass and not once for each time it is looked at: a
-- load spends most of its time here. So what few texts need comes last: the letters of other scripts,
-- each capital with its small one, as Unicode 14 has them. lower() would know only those that the
-- server's locale knows, and be another function on another server.
CREATE OR REPLACE FUNCTION fold(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    bare text := value;
BEGIN
    IF octet_length(bare) <> length(bare) THEN
        bare := regexp_replace(normalize(value, NFKD) COLLATE "C", '[\u0300-\u036f]', '', 'g');
    END IF;
    IF octet_length(bare) <> length(bare) THEN
        bare := translate(
            replace(replace(replace(replace(replace(replace(replace(replace(bare,
                'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'), 'þ', 'th'), 'Þ', 'th'), 'ß', 'ss'), 'ẞ', 'ss'),
            '’ØøŁłĐđÐðĦħŊŋŦŧı', '''oollddddhhnntti');
    END IF;
    IF octet_length(bare) <> length(bare) THEN
        bare := translate(bare,
            'ƁƂƄƆƇƉƊƋƎƏƐƑƓƔƖƗƘƜƝƟƢƤƦƧƩƬƮƱƲƳƵƷƸƼǤǶǷȜȠȢȤȺȻȽȾɁɃɄɅɆɈɊɌɎỺỼỾℲↃⱠⱢⱣⱤⱧⱩⱫⱭⱮⱯⱰⱲⱵ'
            || 'ⱾⱿꜢꜤꜦꜨꜪꜬꜮꜲꜴꜶꜸꜺꜼꜾꝀꝂꝄꝆꝈꝊꝌꝎꝐꝒꝔꝖꝘꝚꝜꝞꝠꝢꝤꝦꝨꝪꝬꝮꝹꝻꝽꝾꞀꞂꞄꞆꞋꞍꞐꞒꞖꞘꞚꞜꞞꞠꞢꞤꞦꞨꞪꞫꞬꞭꞮꞰꞱꞲꞳꞴ'
            || 'ꞶꞸꞺꞼꞾꟀꟂꟄꟅꟆꟇꟉꟐꟖꟘꟵ'
            || 'ͰͲͶͿΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩςϏϘϚϜϞϠϷϺϽϾϿ'
            || 'ЂЄЅІЈЉЊЋЏАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯѠѢѤѦѨѪѬѮѰѲѴѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨ'
            || 'ҪҬҮҰҲҴҶҸҺҼҾӀӃӅӇӉӋӍӔӘӠӨӶӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦԨԪԬԮᲀᲁᲂᲃᲄᲅᲆᲇᲈꙀꙂꙄꙆꙈꙊꙌꙎꙐꙒꙔꙖꙘ'
            || 'ꙚꙜꙞꙠꙢꙤꙦꙨꙪꙬꚀꚂꚄꚆꚈꚊꚌꚎꚐꚒꚔꚖꚘꚚ'
            || 'ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ'
            || 'ႠႡႢႣႤႥႦႧႨႩႪႫႬႭႮႯႰႱႲႳႴႵႶႷႸႹႺႻႼႽႾႿჀჁჂჃჄჅჇჍᲐᲑᲒᲓᲔᲕᲖᲗᲘᲙᲚᲛᲜᲝᲞᲟᲠᲡᲢᲣᲤᲥᲦᲧᲨᲩᲪᲫᲬᲭᲮᲯ'
            || 'ᲰᲱᲲᲳᲴᲵᲶᲷᲸᲹᲺᲽᲾᲿ'
            || 'ⰀⰁⰂⰃⰄⰅⰆⰇⰈⰉⰊⰋⰌⰍⰎⰏⰐⰑⰒⰓⰔⰕⰖⰗⰘⰙⰚⰛⰜⰝⰞⰟⰠⰡⰢⰣⰤⰥⰦⰧⰨⰩⰪⰫⰬⰭⰮⰯ'
            || 'ϢϤϦϨϪϬϮⲀⲂⲄⲆⲈⲊⲌⲎⲐⲒⲔⲖⲘⲚⲜⲞⲠⲢⲤⲦⲨⲪⲬⲮⲰⲲⲴⲶⲸⲺⲼⲾⳀⳂⳄⳆⳈⳊⳌⳎⳐⳒⳔⳖⳘⳚⳜⳞⳠⳢⳫⳭⳲ'
            || 'ᏸᏹᏺᏻᏼᏽꭰꭱꭲꭳꭴꭵꭶꭷꭸꭹꭺꭻꭼꭽꭾꭿꮀꮁꮂꮃꮄꮅꮆꮇꮈꮉꮊꮋꮌꮍꮎꮏꮐꮑꮒꮓꮔꮕꮖꮗꮘꮙꮚꮛꮜꮝꮞꮟꮠꮡꮢꮣꮤꮥꮦꮧꮨꮩꮪꮫꮬꮭꮮꮯꮰꮱ'
            || 'ꮲꮳꮴꮵꮶꮷꮸꮹꮺꮻꮼꮽꮾꮿ',
            'ɓƃƅɔƈɖɗƌǝəɛƒɠɣɩɨƙɯɲɵƣƥʀƨʃƭʈʊʋƴƶʒƹƽǥƕƿȝƞȣȥⱥȼƚⱦɂƀʉʌɇɉɋɍɏỻỽỿⅎↄⱡɫᵽɽⱨⱪⱬɑɱɐɒⱳⱶ'
            || 'ȿɀꜣꜥꜧꜩꜫꜭꜯꜳꜵꜷꜹꜻꜽꜿꝁꝃꝅꝇꝉꝋꝍꝏꝑꝓꝕꝗꝙꝛꝝꝟꝡꝣꝥꝧꝩꝫꝭꝯꝺꝼᵹꝿꞁꞃꞅꞇꞌɥꞑꞓꞗꞙꞛꞝꞟꞡꞣꞥꞧꞩɦɜɡɬɪʞʇʝꭓꞵ'
            || 'ꞷꞹꞻꞽꞿꟁꟃꞔʂᶎꟈꟊꟑꟗꟙꟶ'
            || 'ͱͳͷϳαβγδεζηθικλμνξοπρστυφχψωσϗϙϛϝϟϡϸϻͻͼͽ'
            || 'ђєѕіјљњћџабвгдежзиклмнопрстуфхцчшщъыьэюяѡѣѥѧѩѫѭѯѱѳѵѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩ'
            || 'ҫҭүұҳҵҷҹһҽҿӏӄӆӈӊӌӎӕәӡөӷӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝԟԡԣԥԧԩԫԭԯвдосттъѣꙋꙁꙃꙅꙇꙉꙋꙍꙏꙑꙓꙕꙗꙙ'
            || 'ꙛꙝꙟꙡꙣꙥꙧꙩꙫꙭꚁꚃꚅꚇꚉꚋꚍꚏꚑꚓꚕꚗꚙꚛ'
            || 'աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ'
            || 'ⴀⴁⴂⴃⴄⴅⴆⴇⴈⴉⴊⴋⴌⴍⴎⴏⴐⴑⴒⴓⴔⴕⴖⴗⴘⴙⴚⴛⴜⴝⴞⴟⴠⴡⴢⴣⴤⴥⴧⴭაბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯ'
            || 'ჰჱჲჳჴჵჶჷჸჹჺჽჾჿ'
            || 'ⰰⰱⰲⰳⰴⰵⰶⰷⰸⰹⰺⰻⰼⰽⰾⰿⱀⱁⱂⱃⱄⱅⱆⱇⱈⱉⱊⱋⱌⱍⱎⱏⱐⱑⱒⱓⱔⱕⱖⱗⱘⱙⱚⱛⱜⱝⱞⱟ'
            || 'ϣϥϧϩϫϭϯⲁⲃⲅⲇⲉⲋⲍⲏⲑⲓⲕⲗⲙⲛⲝⲟⲡⲣⲥⲧⲩⲫⲭⲯⲱⲳⲵⲷⲹⲻⲽⲿⳁⳃⳅⳇⳉⳋⳍⳏⳑⳓⳕⳗⳙⳛⳝⳟⳡⳣⳬⳮⳳ'
            || 'ᏰᏱᏲᏳᏴᏵᎠᎡᎢᎣᎤᎥᎦᎧᎨᎩᎪᎫᎬᎭᎮᎯᎰᎱᎲᎳᎴᎵᎶᎷᎸᎹᎺᎻᎼᎽᎾᎿᏀᏁᏂᏃᏄᏅᏆᏇᏈᏉᏊᏋᏌᏍᏎᏏᏐᏑᏒᏓᏔᏕᏖᏗᏘᏙᏚᏛᏜᏝᏞᏟᏠᏡ'
            || 'ᏢᏣᏤᏥᏦᏧᏨᏩᏪᏫᏬᏭᏮᏯ');
    END IF;
    RETURN lower(bare COLLATE "C");
END;
$$;
COMMENT ON FUNCTION fold(text) IS
    'A text without accents and case, the same on every server whatever its locale; what is sorted and searched by.';
GRANT EXECUTE ON FUNCTION fold(text) TO epicevents_app;

-- Words are cut at 500 characters, because a tsvector takes none over 2,046 bytes. The schema is
-- named: while a backup is restored, no search path is set.
CREATE OR REPLACE FUNCTION words(value text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    folded text := public.fold(left(value, 700));
    found text[] := array_remove(regexp_split_to_array(folded COLLATE "C",
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f\ufeff]+'
    ), '');
BEGIN
    IF length(folded) <= 500 THEN
        RETURN found;
    END IF;
    RETURN ARRAY(SELECT left(word, 500) FROM unnest(found) word);
END;
$$;
COMMENT ON FUNCTION words(text) IS 'The folded words of the first 700 characters of a text.';
GRANT EXECUTE ON FUNCTION words(text) TO epicevents_app;

-- What is typed without the apostrophe or the hyphen of a name is found too: omara, jeanpierre.
CREATE OR REPLACE FUNCTION search_terms(value text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    together text := translate(value, '''’‘ʼ-‐‑', '');
BEGIN
    IF together = value THEN
        RETURN public.words(value);
    END IF;
    RETURN public.words(value) || public.words(together);
END;
$$;
COMMENT ON FUNCTION search_terms(text) IS
    'The words that a text is found by: its own, and those with an apostrophe or a hyphen also as one.';
GRANT EXECUTE ON FUNCTION search_terms(text) TO epicevents_app;

-- Backwards, so that the last digits are a beginning, which the index finds. No word begins with ~.
CREATE OR REPLACE FUNCTION phone_terms(phone text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_remove(ARRAY['~' || reverse(substring(phone COLLATE "C", '^\+([0-9]+)'))], NULL);
COMMENT ON FUNCTION phone_terms(text) IS
    'What a phone number in E.164 is found by: its digits from the last to the first, behind a ~.';
GRANT EXECUTE ON FUNCTION phone_terms(text) TO epicevents_app;

CREATE OR REPLACE FUNCTION fold_together(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN left(array_to_string(public.words(value), ''), 200);
COMMENT ON FUNCTION fold_together(text) IS
    'A text as one folded word, whatever stands between its letters and digits; what a reference is found by.';
GRANT EXECUTE ON FUNCTION fold_together(text) TO epicevents_app;
