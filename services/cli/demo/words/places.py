"""Streets, and towns with their postal codes."""

from services.cli.demo.model import Country
from services.cli.demo.words import listed

STREETS: dict[Country, list[str]] = {
    "FR": listed(
        "rue de l'Église|avenue Jean-Jaurès|place d'Armes|impasse des Mésanges|boulevard de la Liberté|"
        "chemin du Pré-aux-Clercs|quai de l'Île|rue du Général-Leclerc"
    ),
    "BE": listed(
        "rue de l'Étuve|avenue de l'Hippodrome|Sint-Jansstraat|chaussée d'Alsemberg|place du Vieux-Marché|"
        "Grote Steenweg|rue du Puits-en-Sock"
    ),
    "CA": listed(
        "rue Saint-Jean|boulevard René-Lévesque Ouest|chemin Sainte-Foy|rue de l'Anse-au-Foulon|avenue du Parc|"
        "rang Saint-Édouard|rue Principale"
    ),
}
TOWNS: dict[Country, list[tuple[str, str, str]]] = {
    "FR": [
        ("44000", "Nantes", "Pays de la Loire"),
        ("67000", "Strasbourg", "Grand Est"),
        ("33800", "Bordeaux", "Nouvelle-Aquitaine"),
        ("42000", "Saint-Étienne", "Auvergne-Rhône-Alpes"),
        ("35400", "Saint-Malo", "Bretagne"),
        ("06230", "Villefranche-sur-Mer", "Provence-Alpes-Côte d'Azur"),
        ("95290", "L'Isle-Adam", "Île-de-France"),
        ("75011", "Paris", "Île-de-France"),
    ],
    "BE": [
        ("1000", "Bruxelles", "Bruxelles-Capitale"),
        ("4000", "Liège", "Wallonie"),
        ("9000", "Gand", "Flandre"),
        ("7090", "Braine-le-Comte", "Wallonie"),
        ("1420", "Braine-l'Alleud", "Wallonie"),
        ("5000", "Namur", "Wallonie"),
    ],
    "CA": [
        ("G1R 4S9", "Québec", "Québec"),
        ("H2T 1S6", "Montréal", "Québec"),
        ("G9A 5H7", "Trois-Rivières", "Québec"),
        ("J1H 1R8", "Sherbrooke", "Québec"),
        ("G5L 3A1", "Rimouski", "Québec"),
        ("G0R 3A0", "L'Islet", "Québec"),
    ],
}
PHONES: dict[Country, list[tuple[str, str]]] = {
    "FR": [("Bureau", "01 99 00 {0} {1}"), ("Mobile", "06 39 98 {0} {1}"), ("Bureau", "+33 4 65 71 {0} {1}")],
    "BE": [("Bureau", "+32 2 000 {0} {1}"), ("GSM", "+32 470 00 {0} {1}"), ("Bureau", "0032 81 00 {0} {1}")],
    "CA": [("Bureau", "+1 418 555-01{0}"), ("Cellulaire", "+1 (514) 555-01{1}"), ("Bureau", "+1 819-555-01{0}")],
}
"""Labels and forms: numbers that regulators keep for fiction (France, Canada), and some that are not given out."""
