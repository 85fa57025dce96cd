"""The sentences, French and English, one per kind of event. Values stand in braces; `_word` has one translated.

French ones do without `de` before a name and without participles that agree with one: neither can be known.
"""

ACCOUNTS = {
    "created": ("{actor} a créé le dossier « {name} »", "{actor} created the account “{name}”"),
    "renamed": (
        "{actor} a renommé le dossier « {was} » en « {name} »",
        "{actor} renamed the account “{was}” to “{name}”",
    ),
    "type-changed": (
        "{actor} a changé le type du dossier : {was_word} → {type_word}",
        "{actor} changed the account's type: {was_word} → {type_word}",
    ),
    "tags-changed": ("{actor} a changé les étiquettes du dossier", "{actor} changed the account's tags"),
    "address-changed": ("{actor} a changé l'adresse du dossier", "{actor} changed the account's address"),
    "contact-linked": ("{actor} a lié {who} au dossier", "{actor} linked {who} to the account"),
    "contact-unlinked": ("{actor} a délié {who} du dossier", "{actor} unlinked {who} from the account"),
    "link-described": (
        "{actor} a décrit le lien avec {who} : « {description} »",
        "{actor} described the link with {who}: “{description}”",
    ),
    "team-set": (
        "{actor} a réglé l'accès pour {who} : {access_word}",
        "{actor} set the access of {who}: {access_word}",
    ),
    "team-cleared": (
        "{actor} a retiré le réglage d'accès pour {who}",
        "{actor} took back the access set for {who}",
    ),
    "deleted": ("{actor} a supprimé le dossier « {account} »", "{actor} deleted the account “{account}”"),
    "restored": ("{actor} a rétabli le dossier « {account} »", "{actor} restored the account “{account}”"),
}
CONTACTS = {
    "created": ("{actor} a créé le contact {name}", "{actor} created the contact {name}"),
    "renamed": ("{actor} a renommé le contact {name}", "{actor} renamed the contact {name}"),
    "emails-changed": ("{actor} a changé les adresses e-mail : {who}", "{actor} changed the e-mail addresses of {who}"),
    "phones-changed": ("{actor} a changé les téléphones : {who}", "{actor} changed the phone numbers of {who}"),
    "addresses-changed": ("{actor} a changé les adresses : {who}", "{actor} changed the addresses of {who}"),
    "language-changed": ("{actor} a changé la langue : {who}", "{actor} changed the language of {who}"),
    "activated": ("{actor} a activé le contact {who}", "{actor} activated the contact {who}"),
    "deactivated": ("{actor} a désactivé le contact {who}", "{actor} deactivated the contact {who}"),
    "deleted": ("{actor} a supprimé le contact {who}", "{actor} deleted the contact {who}"),
    "restored": ("{actor} a rétabli le contact {who}", "{actor} restored the contact {who}"),
}
INTERACTIONS = {
    "recorded": ("{actor} a enregistré {kind_word} « {name} »", "{actor} recorded the {kind_word} “{name}”"),
    "changed": ("{actor} a modifié {kind_word} « {name} »", "{actor} changed the {kind_word} “{name}”"),
    "participants-changed": (
        "{actor} a changé les participants : {kind_word} « {name} »",
        "{actor} changed the participants of the {kind_word} “{name}”",
    ),
    "commented": ("{actor} a commenté {kind_word} « {name} »", "{actor} commented on the {kind_word} “{name}”"),
    "comment-changed": (
        "{actor} a modifié un commentaire sur {kind_word} « {name} »",
        "{actor} changed a comment on the {kind_word} “{name}”",
    ),
    "comment-deleted": (
        "{actor} a supprimé un commentaire sur {kind_word} « {name} »",
        "{actor} deleted a comment on the {kind_word} “{name}”",
    ),
    "deleted": ("{actor} a supprimé {kind_word} « {name} »", "{actor} deleted the {kind_word} “{name}”"),
    "restored": ("{actor} a rétabli {kind_word} « {name} »", "{actor} restored the {kind_word} “{name}”"),
}
TREES = {
    "planted": ("Le dossier a reçu son arborescence", "The account got its tree of folders"),
    "folder-created": ("{actor} a créé le répertoire « {name} »", "{actor} created the folder “{name}”"),
    "folder-renamed": (
        "{actor} a renommé le répertoire « {was} » en « {name} »",
        "{actor} renamed the folder “{was}” to “{name}”",
    ),
    "folder-moved": ("{actor} a déplacé le répertoire « {folder} »", "{actor} moved the folder “{folder}”"),
    "folder-deleted": (
        "{actor} a supprimé le répertoire « {folder} » et ses sous-répertoires",
        "{actor} deleted the folder “{folder}” and its sub-folders",
    ),
    "folder-restored": (
        "{actor} a rétabli le répertoire « {folder} » et ses sous-répertoires",
        "{actor} restored the folder “{folder}” and its sub-folders",
    ),
    "right-set": (
        "{actor} a réglé le droit sur « {folder} » pour {who} : {right_word}",
        "{actor} set the right of {who} on “{folder}”: {right_word}",
    ),
    "rights-cascaded": (
        "{actor} a appliqué les droits du répertoire « {folder} » à ses sous-répertoires",
        "{actor} applied the rights of the folder “{folder}” to its sub-folders",
    ),
}
FOLDERS = {"placed": ("Le répertoire « {folder} » a pris sa place", "The folder “{folder}” took its place")}
DOCUMENTS = {
    "published": (
        "{actor} a publié « {name} » dans « {folder} »",
        "{actor} published “{name}” in “{folder}”",
    ),
    "renamed": ("{actor} a renommé « {was} » en « {name} »", "{actor} renamed “{was}” to “{name}”"),
    "moved": (
        "{actor} a déplacé « {name} » : « {from_folder} » → « {folder} »",
        "{actor} moved “{name}” from “{from_folder}” to “{folder}”",
    ),
    "opened": ("{actor} a ouvert « {name} »", "{actor} opened “{name}”"),
    "deleted": ("{actor} a supprimé « {name} »", "{actor} deleted “{name}”"),
    "restored": ("{actor} a rétabli « {name} »", "{actor} restored “{name}”"),
}
MEMBERS = {
    "created": ("{actor} a créé le membre {who}", "{actor} created the member {who}"),
    "renamed": ("{actor} a renommé le membre {who}", "{actor} renamed the member {who}"),
    "email-changed": ("{actor} a changé l'adresse e-mail : {who}", "{actor} changed the e-mail address of {who}"),
    "language-changed": ("{actor} a changé la langue : {who}", "{actor} changed the language of {who}"),
    "role-changed": (
        "{actor} a changé le rôle pour {who} : {was_word} → {role_word}",
        "{actor} changed the role of {who}: {was_word} → {role_word}",
    ),
    "permissions-changed": ("{actor} a changé les permissions : {who}", "{actor} changed the permissions of {who}"),
    "password-changed": ("{actor} a changé le mot de passe : {who}", "{actor} changed the password of {who}"),
    "activated": ("{actor} a activé le membre {who}", "{actor} activated the member {who}"),
    "deactivated": ("{actor} a désactivé le membre {who}", "{actor} deactivated the member {who}"),
}
FIRM = {
    "session.opened": ("Connexion : {who}", "{who} signed in"),
    "session.ended": ("Fin d'une session : {reason_word}", "A session ended: {reason_word}"),
    "member-sessions.begun": ("Première session : {who}", "First session of {who}"),
    "member-sessions.opened": ("Une session est ouverte", "A session is open"),
    "member-sessions.closed": ("Des sessions sont closes", "Sessions are closed"),
    "address-claim.taken": ("Adresse e-mail attribuée : {who}", "An e-mail address is now that of {who}"),
    "address-claim.taken-again": ("Adresse e-mail réattribuée : {who}", "An e-mail address is again that of {who}"),
    "address-claim.released": ("Adresse e-mail libérée : {who}", "An e-mail address is no longer that of {who}"),
    "attempts.begun": ("Des essais de connexion sont comptés", "Sign-in attempts are being counted"),
    "attempts.failed": ("Un essai de connexion a échoué", "A sign-in attempt failed"),
    "attempts.forgiven": ("Une connexion a réussi après des échecs", "A sign-in went well after failures"),
    "firm.founded": ("Le cabinet a son premier propriétaire : {who}", "The firm has its first owner: {who}"),
    "firm.owner-added": ("Un propriétaire de plus : {who}", "One more owner: {who}"),
    "firm.owner-removed": ("Un propriétaire de moins : {who}", "One owner less: {who}"),
}
MESSAGES = {
    "queued": ("E-mail à envoyer à {who} : « {subject} »", "E-mail to be sent to {who}: “{subject}”"),
    "sent": ("E-mail envoyé à {who}", "E-mail sent to {who}"),
    "attempt-failed": ("L'envoi à {who} a échoué et sera retenté", "Sending to {who} failed and will be tried again"),
    "failed": ("L'envoi à {who} a échoué", "Sending to {who} failed"),
    "withheld": ("E-mail à {who} retenu : {reason_word}", "E-mail to {who} withheld: {reason_word}"),
    "requeued": ("{actor} a relancé l'envoi à {who}", "{actor} had the e-mail to {who} sent again"),
}
RECENTS = {
    "begun": ("Début des dossiers récents : {who}", "Recent accounts of {who} begin"),
    "opened": ("{actor} a ouvert le dossier « {account} »", "{actor} opened the account “{account}”"),
}

WORDS = {
    "individual": ("particulier", "individual"),
    "business": ("entreprise", "business"),
    "other": ("autre", "other"),
    "none": ("aucun accès", "no access"),
    "read": ("lecture", "read"),
    "full": ("total", "full"),
    None: ("non défini", "not set"),
    "owner": ("propriétaire", "owner"),
    "admin": ("administrateur", "admin"),
    "employee": ("collaborateur", "employee"),
    "note": ("la note", "note"),
    "call": ("l'appel", "call"),
    "phone_message": ("le message téléphonique", "phone message"),
    "email": ("l'e-mail", "e-mail"),
    "signed-out": ("déconnexion", "signed out"),
    "deactivated": ("membre désactivé", "member deactivated"),
    "password-changed": ("mot de passe changé", "password changed"),
    "no-access": ("n'a plus accès", "no longer has access"),
    "deleted": ("supprimé entre-temps", "deleted in the meantime"),
    "inactive": ("n'est plus actif", "no longer active"),
    "no-address": ("pas d'adresse e-mail", "no e-mail address"),
    "not-participant": ("ne participe plus", "no longer takes part"),
}
