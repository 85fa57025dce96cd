"""Names of people and of companies whom several clients deal with."""

from services.cli.demo.model import Country
from services.cli.demo.words import listed

GIVEN: dict[Country, list[str]] = {
    "FR": listed(
        "Zoé|Léa|Élodie|Jean-François|Gaël|Anaïs|Mathéo|Noémie|Jérôme|Maëlle|Anne-Sophie|Théo|Françoise|Hélène|"
        "Loïc|Marie-Ève|André|Clémence|Rémi|Solène|Yaël|Béatrice|Cédric|Agnès|Aurélien|Fatoumata|Inès|Mehdi|Océane"
    ),
    "BE": listed(
        "Benoît|Maïté|Pieter-Jan|Gwenaëlle|Anneleen|Thérèse|Wout|Marie-Noëlle|Joëlle|Dries|Laëtitia|Geert|"
        "Véronique|Kristof|Élise|Jef|Sofie|Noël"
    ),
    "CA": listed(
        "Marie-Ève|Étienne|Maxime|Geneviève|Jean-Sébastien|Océane|Émilie|Guylaine|Pierre-Luc|Josée|Félix|Mélanie|"
        "Réjean|Audrey-Anne|Stéphane|Kevin|Megan|Siobhán"
    ),
}
FAMILY: dict[Country, list[str]] = {
    "FR": listed(
        "Lefèvre|Le Goff|Garnier|D'Alembert|Béranger|Müller|N'Diaye|Dupré-Latour|Chevallier|Faure|Hervé|L'Hermite|"
        "Guérin|Saint-Aubin|Benoist|Köhler|Nguyễn|Maréchal|Çelik|Barthélemy|De La Brosse|Poirier|Roussel|Élie"
    ),
    "BE": listed(
        "Vandenbroucke|D'Hoore|Janssens|Lemaître|De Smet|Van den Bossche|Dubois-Claes|Peeters|'t Kindt|Maertens|"
        "Delvaux|Wauters|François|Vermeulen|Collignon"
    ),
    "CA": listed(
        "Tremblay|Gagné|Bélanger|Côté|Lavoie-Roy|O'Brien|St-Pierre|Bouchard|Desrosiers|McKenna|L'Écuyer|Thériault|"
        "D'Amours|Pépin|Lévesque-Caron"
    ),
}
PARTNERS: list[tuple[Country, str, str]] = [
    ("FR", "Étude notariale Le Bris & Associés", "Notaire"),
    ("FR", "Banque de l'Estuaire", "Banque"),
    ("BE", "Crédit du Littoral", "Banque"),
    ("CA", "Caisse du Fleuve-et-des-Îles", "Institution financière"),
    ("FR", "Assurances Côté-Mer", "Assureur"),
    ("BE", "Cabinet d'avocats d'Hooghe", "Avocat"),
    ("CA", "Notaires L'Heureux et Bédard", "Notaire"),
    ("FR", "Cabinet Fidélio, commissaires aux comptes", "Commissaire aux comptes"),
    ("BE", "Secrétariat social L'Étoile", "Secrétariat social"),
    ("FR", "Mutuelle de l'Aubépine", "Prévoyance"),
    ("CA", "Courtage d'assurance Grand-Héron", "Courtier"),
    ("FR", "Gestion immobilière du Château d'Eau", "Syndic"),
    ("BE", "Géomètre Van Acker", "Géomètre-expert"),
    ("FR", "Informatique & Caisse Sérénité", "Fournisseur de logiciel"),
    ("CA", "Paie Boréale", "Service de paie"),
    ("FR", "Crédit-bail Horizon", "Crédit-bailleur"),
    ("BE", "Fiduciaire 't Zand", "Expert-comptable précédent"),
    ("CA", "Évaluateurs Rivière-Noire", "Évaluateur agréé"),
    ("FR", "Transports Éclair du Midi", "Fournisseur"),
    ("BE", "Brasserie de l'Abbaye d'Orlé", "Prospect"),
    ("CA", "Les Sirops Tante Adèle", "Prospect"),
    ("FR", "Menuiserie Cœur de Chêne", "Prospect"),
]
ROLES = ("Gérant", "Gérante", "Associé", "Responsable administrative", "Comptable interne", "Directrice", "Trésorier")
"""What a person is to a company (the description of the link)."""
