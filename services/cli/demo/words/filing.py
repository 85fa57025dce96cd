"""Trees of folders and the papers in them. `{y}` is the present year, `{p}` the one before, `{q}` two before."""

from services.cli.demo.model import Language
from services.cli.demo.words import listed

TREES: dict[tuple[str, Language], list[str]] = {
    ("business", "fr"): [
        "Permanent", "Permanent/Statuts", "Permanent/Contrats", "{p}", "{p}/TVA", "{p}/Bilan", "{y}", "{y}/TVA",
        "{y}/Paie", "{p}/Paie", "{y}/Banque", "Juridique", "Social", "Correspondance",
    ],
    ("business", "en"): [
        "Permanent file", "Permanent file/Articles", "{p}", "{p}/Year-end", "{y}", "{y}/GST-QST", "{y}/Payroll",
        "Legal", "Correspondence",
    ],
    ("individual", "fr"): ["Permanent", "{p}", "{p}/Impôts", "{y}", "{y}/Impôts", "Patrimoine"],
    ("individual", "en"): ["Permanent file", "{p}", "{p}/Taxes", "{y}", "{y}/Taxes"],
    ("other", "fr"): ["Permanent", "Permanent/Statuts", "{p}", "{p}/Bilan", "{y}", "{y}/Banque", "Juridique"],
    ("other", "en"): ["Permanent file", "Permanent file/Articles", "{p}", "{p}/Year-end", "{y}", "Legal"],
}  # fmt: skip
LARGE = [
    "{q}", "{q}/TVA", "{q}/Bilan", "{q}/Paie", "{p}/Banque", "{p}/Immobilisations", "{y}/Immobilisations",
    "Juridique/Assemblées", "Juridique/Baux", "Juridique/Litiges", "Social/Contrats de travail",
    "Social/Contrats de travail/Départs", "Social/Mutuelle", "Permanent/Identité",
    *(f"{year}/TVA/T{quarter}" for year in ("{p}", "{y}") for quarter in range(1, 5)),
]  # fmt: skip
"""What the largest client has besides."""

MONTHS = listed("janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre")

PAPERS: dict[str, list[tuple[str, str]]] = {
    "TVA": [("Déclaration de TVA {month} {year}", "xlsx"), ("Accusé de réception TVA {month} {year}", "pdf")],
    "T": [("Cadrage de TVA {month} {year}", "xlsx"), ("Justificatif n° {n}", "jpg")],
    "GST-QST": [("GST-QST return {n}-{year}", "xlsx"), ("Notice of assessment {n}", "pdf")],
    "Paie": [("Journal de paie {month} {year}", "xlsx"), ("Bulletins {month} {year}", "pdf")],
    "Payroll": [("Payroll journal {n}-{year}", "xlsx"), ("Pay slips {n}-{year}", "pdf")],
    "Bilan": [("Liasse fiscale {year}", "pdf"), ("Balance générale {year}", "xlsx"), ("Plaquette {year}", "docx")],
    "Year-end": [("Trial balance {year}", "xlsx"), ("Financial statements {year}", "pdf")],
    "Banque": [("Relevé bancaire {month} {year}", "pdf"), ("Rapprochement {month} {year}", "xlsx")],
    "Impôts": [("Avis d'imposition {year}", "pdf"), ("Déclaration {year}", "pdf"), ("Reçu de don n° {n}", "jpg")],
    "Taxes": [("Notice of assessment {year}", "pdf"), ("Donation receipt {n}", "jpg")],
    "Statuts": [("Statuts à jour", "pdf"), ("Extrait d'immatriculation", "pdf"), ("Pièce d'identité", "jpg")],
    "Articles": [("Articles of incorporation", "pdf"), ("Identity card", "jpg")],
    "Juridique": [("Procès-verbal d'assemblée {year}", "docx"), ("Convocation {year}", "docx")],
    "Legal": [("Resolution {year}-{n}", "docx"), ("Share register", "xlsx")],
    "Correspondance": [("RE: pièces manquantes {month} {year}", "eml"), ("Courrier du {n} {month}", "docx")],
    "Correspondence": [("RE: missing documents {n}", "eml"), ("Letter {n}-{year}", "docx")],
    "": [("Lettre de mission", "docx"), ("Note de synthèse n° {n}", "docx"), ("Photo du reçu n° {n}", "jpg"),
         ("RE: votre demande n° {n}", "eml"), ("Tableau de suivi n° {n}", "xlsx"), ("Attestation n° {n}", "pdf")],
}  # fmt: skip
"""Titles and formats by the name of the folder; those of the empty name fit everywhere."""
