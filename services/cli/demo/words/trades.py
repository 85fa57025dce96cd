"""What clients' companies and associations are called: `{family}` stands for somebody's name, `{town}` for a place."""

from services.cli.demo.model import Country
from services.cli.demo.words import listed

BUSINESSES: dict[Country, list[str]] = {
    "FR": listed(
        "Boulangerie {family} SARL|Garage de l'Étoile {family} EURL|{family} & Fils SAS|L'Atelier d'{given} SASU|"
        "Maçonnerie {family} SARL|Pharmacie {family} SELARL|Domaine {family} SCEA|Hôtel du Château, {town} SAS|"
        "Cabinet d'architecture {family} SARL|Traiteur L'Épicurien SARL|Plomberie-Chauffage {family} SARL"
    ),
    "BE": listed(
        "Brasserie {family} SRL|Menuiserie {family} & Zonen SRL|Librairie L'Écritoire SRL|{family} Consulting SRL|"
        "Boucherie {family} SRL|Immobilière d'{town} SA|Fleurs {given} SCS"
    ),
    "CA": listed(
        "Érablière {family} inc.|Les Entreprises {family} ltée|Clinique dentaire {family} inc.|"
        "Café de l'Anse-à-{given} inc.|Construction {family} et Frères inc.|Services-conseils {family} S.E.N.C.|"
        "Ferme {family} enr."
    ),
}
OTHERS: dict[Country, list[str]] = {
    "FR": listed(
        "Association Les Amis de {town}|SCI {family}|Syndicat des copropriétaires {family}, {town}|"
        "Indivision {family}|Club d'aviron de {town}"
    ),
    "BE": listed(
        "ASBL L'Élan de {town}|Association de copropriétaires {family}|Succession {family}|"
        "ASBL École de musique de {town}"
    ),
    "CA": listed(
        "OBNL Le Relais de {town}|Fiducie familiale {family}|Succession {family}|Coopérative d'habitation {family}"
    ),
}
TAGS: dict[str, list[str]] = {
    "business": ["TVA mensuelle", "TVA trimestrielle", "Paie", "Bilan", "Réel normal", "Commissariat", "À relancer"],
    "individual": ["Déclaration de revenus", "Patrimoine", "Location meublée", "Non-résident", "À relancer"],
    "other": ["Association", "Copropriété", "Assemblée générale", "Succession", "Comptabilité de caisse"],
}
