"""What is noted, said and written at an accounting firm, in French.

`{vat}` is the country's tax on sales, `{month}` a month, `{year}` a year, `{who}` the person spoken to,
`{amount}` an amount of money. Directions: `<` incoming, `>` outgoing.
"""

Said = tuple[str, str, str, str]
"""Kind, direction, subject, body."""

TALKS: list[Said] = [
    ("note", "", "Pièces manquantes {month}", "<p>Il manque pour <strong>{month} {year}</strong> :</p><ul><li>le "
     "relevé bancaire ;</li><li>les factures de carburant ;</li><li>le ticket Z du dernier samedi.</li></ul>"),
    ("note", "", "{vat} de {month} : à déposer", "<p>Cadrage fait, écart de <strong>{amount}</strong> expliqué par "
     "l'avoir du fournisseur. Télédéclaration prête, <em>à valider avant le 19</em>.</p>"),
    ("note", "", "Clôture {year}", "<h3>Points en suspens</h3><ol><li>Inventaire physique signé</li><li>Provision pour "
     "congés payés</li><li>Compte courant d'associé : convention à établir</li></ol>"),
    ("note", "", "", "<p>{who} passera déposer les originaux à l'accueil en fin de semaine.</p>"),
    ("note", "", "Embauche en {month}", "<p>Nouvelle salariée à compter du 1er : déclaration préalable faite, "
     "contrat à relire. Brut mensuel de {amount}.</p>"),
    ("note", "", "Contrôle : avis reçu", "<p>Avis de vérification sur l'exercice {year}. Première intervention à "
     "planifier, <strong>ne rien envoyer</strong> sans relecture.</p>"),
    ("note", "", "Honoraires", "<p>Accord oral de {who} pour facturer le social à part, soit {amount} par mois.</p>"),
    ("note", "", "Tableau d'immobilisations", "<p>Cession du véhicule : plus-value à court terme de {amount}. Sortie "
     "passée au journal.</p>"),
    ("call", "<", "Question sur l'acompte de {month}", "<p>{who} ne comprend pas le montant prélevé ({amount}). "
     "Expliqué le calcul sur l'exercice {year}.</p>"),
    ("call", ">", "Relance pièces {month}", "<p>Message laissé, puis eu {who} : envoi <em>sous huitaine</em>.</p>"),
    ("call", ">", "Bilan {year} : rendez-vous", "<p>Rendez-vous pris au cabinet pour la présentation des comptes. "
     "Résultat provisoire : <strong>{amount}</strong>.</p>"),
    ("call", "<", "Prêt : attestation pour la banque", "<p>La banque demande une situation intermédiaire. À faire "
     "avant la fin de {month}.</p>"),
    ("call", "<", "Paie de {month}", "<p>Deux jours d'absence à déduire et une prime de {amount} à ajouter.</p>"),
    ("call", ">", "Point trimestriel", "<p>Chiffre d'affaires en hausse. À surveiller : les délais de règlement "
     "des clients.</p>"),
    ("phone_message", "<", "Rappeler {who}", "<p>A appelé au sujet de sa {vat} de {month}. Joignable après 16 h.</p>"),
    ("phone_message", "<", "Message pour le dossier de paie", "<p>Demande de solde de tout compte pour {month}. "
     "<strong>Urgent.</strong></p>"),
    ("phone_message", "<", "Huissier : pli à retirer", "<p>{who} a reçu un avis de passage : que faire ?</p>"),
    ("phone_message", "<", "Changement d'adresse", "<p>Nouveau siège à partir de {month} ; statuts à modifier.</p>"),
    ("email", ">", "Vos pièces de {month} {year}", "<p>Bonjour,</p><p>Sauf erreur, nous n'avons pas reçu "
     "vos pièces de {month}. Pouvez-vous nous les faire parvenir <strong>avant le 10</strong> ?</p>"),
    ("email", ">", "{vat} de {month} : montant à payer", "<p>Bonjour,</p><p>Le montant à payer est de "
     "<strong>{amount}</strong>. Le prélèvement aura lieu le 21.</p>"),
    ("email", "<", "RE: bulletins de {month}", "<p>Bonjour,</p><p>Reçu, merci. Une heure supplémentaire manque chez "
     "l'apprenti, pouvez-vous corriger ?</p>"),
    ("email", ">", "Projet de bilan {year}", "<p>Bonjour {who},</p><p>Voici le projet de comptes {year} :</p><ul>"
     "<li>résultat : {amount} ;</li><li>impôt : à confirmer.</li></ul><p>Dites-nous ce que vous en pensez.</p>"),
    ("email", "<", "Question sur un investissement", "<p>Bonjour, j'envisage l'achat d'une machine de {amount}. "
     "Vaut-il mieux le crédit-bail ?</p>"),
    ("email", ">", "Convocation à l'assemblée", "<p>L'assemblée d'approbation des comptes {year} est convoquée au mois "
     "de {month}. <a href=\"https://cabinet.example/assemblees\">Documents préparatoires</a>.</p>"),
]  # fmt: skip
PLANNED: list[Said] = [
    ("note", "", "Échéance {vat}", "<p>Déposer la déclaration ; pièces attendues une semaine avant.</p>"),
    ("call", ">", "Point à faire avec {who}", "<p>Situation intermédiaire, prévisionnel, rémunération.</p>"),
    ("note", "", "Assemblée générale", "<p>Préparer le procès-verbal et la feuille de présence.</p>"),
]
COMMENTS = [
    "<p>Reçu ce matin, classé.</p>",
    "<p>Relancé par téléphone, sans réponse.</p>",
    "<p>C'est fait, <strong>merci</strong>.</p>",
    "<p>À voir avec la banque avant vendredi.</p>",
    "<p>J'ai vérifié : l'écart vient de la facture d'août.</p>",
    "<p>Ok pour moi, on peut envoyer.</p>",
    "<p>Attention, l'adresse a changé.</p>",
    "<p>Le client préfère un rendez-vous <em>en visioconférence</em>.</p>",
    "<p>Il manque toujours :</p><ul><li>l'inventaire ;</li><li>le contrat de prêt.</li></ul>",
    "<p>Je m'en occupe lundi.</p>",
    "<p>Voir la note de l'an dernier : même situation.</p>",
    "<p>Montant confirmé avec l'administration.</p>",
]
LATER = "<p><em>Complété après vérification :</em> rien d'autre à signaler.</p>"
REGISTRATION = ("Immatriculation", "Numéros relevés sur l'extrait du registre :")
