"""What people call a column: by noun and column, the likelier names first.

Names are compared without accents, case and punctuation. Where several headings of a file mean the
same column, the first of these names wins.
"""

CLIENT = {
    "first_name": ("first name", "given name", "prenom"),
    "full_name": (
        "full name", "nom complet", "nom et prenom", "nom prenom", "nom du client", "client name",
        "customer name", "contact name", "nom du contact", "last name", "surname",
        "nom de famille", "name", "nom", "client", "customer", "contact",
    ),
    "email": (
        "email", "e mail", "email address", "e mail address", "adresse email", "adresse e mail",
        "adresse mail", "adresse electronique", "courriel", "mail", "mel",
    ),
    "phone": (
        "phone", "phone number", "telephone", "numero de telephone", "n de telephone",
        "telephone portable", "telephone mobile", "tel portable", "tel mobile", "tel", "mobile",
        "mobile phone", "portable", "gsm",
    ),
    "company_name": (
        "company name", "company", "nom de l entreprise", "nom de la societe", "raison sociale",
        "entreprise", "societe", "organisation", "organization", "structure",
    ),
    "address": (
        "address", "adresse", "adresse postale", "postal address", "mailing address",
        "adresse complete", "adresse de facturation", "billing address",
    ),
    "siret": ("siret", "n siret", "numero siret", "no siret", "numero de siret"),
    "vat_number": (
        "vat number", "n tva", "numero tva", "numero de tva", "tva intracommunautaire",
        "n tva intracommunautaire", "numero de tva intracommunautaire", "vat", "vat id", "vat no",
    ),
    "sales_contact": (
        "sales contact", "contact commercial", "responsable commercial", "commercial",
        "commerciale", "charge d affaires", "vendeur", "salesperson", "sales",
    ),
}  # fmt: skip

_WHOSE = (
    "client email", "client e mail", "email client", "email du client", "e mail client",
    "e mail du client", "mail client", "mail du client", "courriel du client", "customer email",
    *CLIENT["email"], "client", "customer", "nom du client", "client name", "customer name",
)  # fmt: skip

CONTRACT = {
    "client": _WHOSE,
    "total_amount": (
        "total amount", "montant total", "montant du contrat", "montant ttc", "prix total",
        "contract amount", "total ttc", "total", "amount", "montant", "prix", "price",
    ),
    "amount_due": (
        "amount due", "montant du", "reste a payer", "reste du", "restant du", "montant restant",
        "solde du", "solde", "balance", "due", "a payer",
    ),
    "signed_status": (
        "signed status", "signed", "contrat signe", "signe", "signature", "statut",
    ),
    "due_date": (
        "due date", "payment due date", "date d echeance", "echeance", "date echeance",
        "date de paiement prevue", "date limite de paiement", "a payer avant le", "payable by",
    ),
}  # fmt: skip

EVENT = {
    "name": (
        "name", "event name", "nom de l evenement", "evenement", "event", "intitule", "titre",
        "title", "nom",
    ),
    "contract": (
        "contract", "contract id", "contract number", "numero de contrat", "numero du contrat",
        "n de contrat", "n contrat", "id contrat", "contrat",
    ),
    "client": _WHOSE,
    "total_amount": CONTRACT["total_amount"],
    "client_contact": (
        "client contact", "contact client", "contact sur place", "interlocuteur", "contact",
    ),
    "start_date": (
        "start date", "event start date", "date de debut", "date debut", "debut date", "debut",
        "start", "begins", "date de l evenement", "date",
    ),
    "start_time": ("start time", "heure de debut", "heure debut", "debut heure", "start hour"),
    "end_date": (
        "end date", "event end date", "date de fin", "date fin", "fin date", "fin", "end", "ends",
    ),
    "end_time": ("end time", "heure de fin", "heure fin", "fin heure", "end hour"),
    "support_contact": (
        "support contact", "contact support", "responsable support", "support",
    ),
    "location": (
        "location", "place", "venue", "lieu", "lieu de l evenement", "adresse", "address",
        "endroit", "salle",
    ),
    "attendees": (
        "attendees", "nombre de participants", "nombre d invites", "nombre de personnes",
        "nb participants", "nb invites", "nb personnes", "nb de participants", "nb d invites",
        "nb de personnes", "participants", "invites", "personnes", "guests",
    ),
    "notes": (
        "notes", "note", "remarques", "remarque", "commentaires", "commentaire", "observations",
        "comments", "remarks",
    ),
}  # fmt: skip
