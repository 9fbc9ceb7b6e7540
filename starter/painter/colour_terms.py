"""Owns the words for colours, each with its OKLCH value."""

from starter.painter.terms import colour

COLOUR_TERMS = (
    colour(
        "red",
        (0.58, 0.225, 27),
        "red, crimson, scarlet, ruby, bright red, cherry red",
        heard="vermilion, carmine, rot, rote, roter, rotes, roten, rouge, rouges, rojo, roja, rojos, rojas",
    ),
    colour(
        "orange",
        (0.72, 0.19, 52),
        "orange, tangerine, amber, bright orange, pumpkin orange, burnt orange",
        heard="copper, apricot, orangen, orangene, oranger, naranja, anaranjado, ámbar",
    ),
    colour(
        "yellow",
        (0.88, 0.18, 97),
        "yellow, golden, lemon yellow, gold, bright yellow, sunny yellow",
        heard=(
            "lemon, saffron, mustard, gelb, gelbe, gelber, gelbes, gelben, goldene, goldener, jaune, jaunes, doré, "
            "dorée, amarillo, amarilla, dorado, dorada"
        ),
    ),
    colour(
        "lime",
        (0.85, 0.215, 125),
        "lime, lime green, yellow-green, chartreuse, spring green, bright lime",
        heard="neon green, limette, limettengrün, hellgrün, vert citron, verde lima, lima",
    ),
    colour(
        "green",
        (0.58, 0.165, 146),
        "green, emerald, leaf green, deep green, forest green, grass green",
        heard="jade, grün, grüne, grüner, grünes, grünen, vert, verte, verts, vertes, verde, verdes, esmeralda",
    ),
    colour(
        "teal",
        (0.54, 0.1, 192),
        "teal, petrol, dark cyan, blue-green, deep teal, sea green",
        heard="petroleum, blaugrün, petrolfarben, bleu canard, bleu-vert, verde azulado",
    ),
    colour(
        "turquoise",
        (0.84, 0.125, 192),
        "turquoise, aqua, cyan, aquamarine, light turquoise, mint",
        heard="minty, türkis, türkise, mint, turquoise, cyan, turquesa, cian, celeste",
    ),
    colour(
        "blue",
        (0.58, 0.19, 256),
        "blue, azure, cobalt, royal blue, bright blue, sapphire",
        heard="ultramarine, indigo, blau, blaue, blauer, blaues, blauen, bleu, bleue, bleus, bleues, azul, azules",
    ),
    colour(
        "navy",
        (0.34, 0.115, 264),
        "navy, navy blue, dark blue, midnight blue, deep blue, ink blue",
        heard="dunkelblau, dunkelblaue, dunkelblauer, marineblau, bleu marine, bleu foncé, azul marino, azul oscuro",
    ),
    colour(
        "purple",
        (0.52, 0.215, 302),
        "purple, violet, amethyst, deep purple, royal purple, lilac",
        heard=(
            "mauve, lavender coloured, plum, lila, violett, violette, violetter, violettes, violet, pourpre, "
            "morado, morada, púrpura, violeta"
        ),
    ),
    colour(
        "magenta",
        (0.62, 0.255, 345),
        "magenta, fuchsia, hot pink, cerise, bright magenta, raspberry",
        heard="pinkish purple, fuchsie, himbeere, fuchsia, framboise, fucsia",
    ),
    colour(
        "pink",
        (0.84, 0.105, 2),
        "pink, rose pink, pale pink, pastel pink, blush, soft pink",
        heard="salmon pink, rosy, rosa, rosafarben, rosarot, rosado, rosada",
    ),
    colour(
        "brown",
        (0.45, 0.085, 52),
        "brown, chestnut, chocolate brown, umber, earth brown, sepia",
        heard="bronze, braun, braune, brauner, braunes, braunen, brun, brune, marron, marrón, castaño, pardo",
    ),
    colour(
        "beige",
        (0.87, 0.055, 82),
        "beige, cream, sand coloured, ivory, tan, pale beige",
        heard="creamy, ecru, cremefarben, creme, sandfarben, beigefarben, crème, ivoire, crema, marfil",
    ),
    colour(
        "white",
        (0.985, 0.004, 90),
        "white, snow white, pure white, bright white, chalk white, milky white",
        heard=(
            "weiß, weiss, weiße, weißer, weißes, weißen, blanc, blanche, blancs, blanches, blanco, blanca, blancos, "
            "blancas"
        ),
    ),
    colour(
        "grey",
        (0.63, 0.008, 250),
        "grey, gray, silver, ash grey, stone grey, slate grey",
        heard=(
            "silvery, ash, grau, graue, grauer, graues, grauen, silbern, gris, grise, argenté, grises, plateado, "
            "plateada"
        ),
    ),
    colour(
        "black",
        (0.2, 0.008, 270),
        "black, jet black, pitch black, ebony, coal black, onyx",
        heard=(
            "schwarz, schwarze, schwarzer, schwarzes, schwarzen, noir, noire, noirs, noires, negro, negra, negros, "
            "negras"
        ),
    ),
)
