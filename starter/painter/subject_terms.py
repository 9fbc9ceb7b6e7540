"""Owns the words for what a picture shows: 16 places, 8 abstract motifs and 14 things."""

from starter.painter.terms import term

PLACES = (
    term(
        "mountains",
        "mountains, mountain range, snowy peaks, alps, high mountains, mountain, summits, rocky peaks",
        heard=(
            "peak, summit, alp, hill, hills, cliff, berg, berge, gebirge, gipfel, alpen, montagne, montagnes, "
            "sommet, alpes, montaña, montañas, cumbre, sierra"
        ),
    ),
    term(
        "volcano",
        "volcano, erupting volcano, lava mountain, volcanic eruption, smoking volcano, burning mountain, crater",
        heard="volcanic, lava, eruption, magma, vulkan, vulkanausbruch, volcan, éruption, volcán, erupción",
    ),
    term(
        "forest",
        "forest, pine forest, woods, deep woods, fir trees, woodland, pines, conifers",
        heard=(
            "wood, jungle, pine, fir, grove, taiga, wald, wälder, tannen, nadelwald, dschungel, forêt, bois, "
            "sapins, bosque, selva, pinos"
        ),
    ),
    term(
        "sea",
        "sea, ocean, seascape, rolling waves at sea, open water, surf, the coast, beach",
        heard=(
            "waves at sea, seaside, shore, coast, tide, meer, ozean, strand, küste, mer, océan, plage, côte, mar, "
            "océano, playa, costa"
        ),
    ),
    term(
        "lake",
        "lake, mountain lake, still lake, calm lake, pond, mirror lake, lakeside, quiet water",
        heard=(
            "river, stream, reflection, lagoon, see, bergsee, teich, fluss, lac, étang, rivière, fleuve, lago, "
            "laguna, río, estanque"
        ),
    ),
    term(
        "waterfall",
        "waterfall, falling water, cascade, falls, high waterfall, cataract, water over rocks",
        heard="cascades, wasserfall, kaskade, chute d'eau, cascade, chute, cascada, catarata, salto de agua",
    ),
    term(
        "desert",
        "desert, sand dunes, dunes, sahara, sandy desert, dry dunes, cactus desert",
        heard=(
            "dune, sand, cactus, oasis, canyon, arid, wüste, düne, dünen, kaktus, désert, dunes de sable, sable, "
            "desierto, duna, dunas, arena"
        ),
    ),
    term(
        "island",
        "island, palm island, tropical island, palm tree, small island, lonely island, palm beach",
        heard=(
            "palm, palms, tropical, atoll, insel, palme, palmen, tropisch, île, ile, palmier, isla, palmera, tropical"
        ),
    ),
    term(
        "field",
        "field, flower field, meadow, rows of flowers, lavender field, wheat field, farmland, fields",
        heard=(
            "meadows, grassland, prairie, farm, lavender, wheat, tulips, feld, felder, wiese, acker, champ, champs, "
            "prairie, pré, campo, campos, pradera, trigo"
        ),
    ),
    term(
        "city",
        "city, skyline, skyscrapers, city skyline, downtown, tall buildings, metropolis, towers of a city",
        heard=(
            "town, urban, skyscraper, building, buildings, street, cityscape, stadt, großstadt, hochhaus, "
            "hochhäuser, strasse, straße, ville, gratte-ciel, immeubles, rue, ciudad, rascacielos, edificios, calle"
        ),
    ),
    term(
        "castle",
        "castle, fortress, old castle, fairy tale castle, palace, stronghold, castle with towers",
        heard=(
            "tower, towers, citadel, keep, burg, schloss, festung, château, forteresse, palais, castillo, "
            "fortaleza, palacio"
        ),
    ),
    term(
        "village",
        "village, little houses, cottages, small village, row of houses, hamlet, cosy cottages",
        heard=(
            "house, houses, home, cottage, hut, cabin, dorf, haus, häuser, hütte, maison, maisons, hameau, cabane, "
            "pueblo, casa, casas, aldea, cabaña"
        ),
    ),
    term(
        "lighthouse",
        "lighthouse, striped lighthouse, lighthouse on a cliff, beacon, old lighthouse, light tower, harbour light",
        heard="leuchtturm, phare, faro",
    ),
    term(
        "windmill",
        "windmill, old windmill, dutch windmill, mill, wind mill, mill with sails, mill on a hill",
        heard="mills, wind turbine, windmühle, mühle, moulin, moulin à vent, molino, molino de viento",
    ),
    term(
        "bridge",
        "bridge, arched bridge, suspension bridge, stone bridge, long bridge, viaduct, bridge over water",
        heard="aqueduct, golden gate, brücke, viadukt, pont, viaduc, puente, viaducto",
    ),
    term(
        "road",
        "road, winding road, country road, path, highway, long road, trail, way through the hills",
        heard=(
            "route, lane, journey, track, weg, straße ins nichts, landstraße, pfad, route, chemin, sentier, "
            "carretera, camino, sendero"
        ),
    ),
)

MOTIFS = (
    term(
        "spiral",
        "spiral, swirl, vortex, whirl, twisting spiral, whirlpool, hypnotic spiral",
        heard=("swirls, twirl, tornado, twister, curl, helix, spirale, wirbel, strudel, tourbillon, espiral, remolino"),
    ),
    term(
        "mandala",
        "mandala, ornament, rosette, kaleidoscope, symmetrical ornament, radial pattern, lace mandala",
        heard=(
            "symmetry, symmetrical, sacred geometry, rose window, verzierung, kaleidoskop, ornement, rosace, "
            "caleidoscopio, adorno"
        ),
    ),
    term(
        "galaxy",
        "galaxy, nebula, milky way, cosmos, deep space, star cloud, universe",
        heard=(
            "space, cosmic, galactic, stardust, outer space, weltall, galaxie, milchstraße, kosmos, univers, "
            "espace, nébuleuse, voie lactée, galaxia, nebulosa, vía láctea, universo, espacio"
        ),
    ),
    term(
        "waves",
        "abstract waves, flowing lines, ribbons, wavy bands, flowing ribbons, undulating stripes, curves",
        heard=(
            "wave, wavy, flow, flowing, fluid, ribbon, stripes, wellen, welle, bänder, linien, vagues, vague, "
            "rubans, lignes, olas, ola, ondas, cintas"
        ),
    ),
    term(
        "geometric",
        "geometric shapes, geometry, triangles and circles, bauhaus composition, abstract shapes, cubist shapes, "
        "triangles",
        heard=(
            "geometric, shapes, triangle, square, cubes, cube, bauhaus, cubism, cubist, suprematism, abstract, "
            "geometrie, dreieck, dreiecke, formen, abstrakt, géométrie, formes, triangles, abstrait, geometría, "
            "formas, triángulos, abstracto"
        ),
    ),
    term(
        "aurora",
        "aurora, northern lights, aurora borealis, polar lights, curtains of light, glowing sky curtains, "
        "lights of the north",
        heard="polarlicht, nordlicht, polarlichter, nordlichter, aurore boréale, aurores, aurora boreal",
    ),
    term(
        "mosaic",
        "mosaic, stained glass, tiles, shattered glass, coloured glass, mosaic tiles, crystal facets",
        heard=(
            "tile, glass, facets, patchwork, voronoi, low poly, mosaik, buntglas, scherben, kacheln, mosaïque, "
            "vitrail, carreaux, mosaico, vidriera, azulejos"
        ),
    ),
    term(
        "bubbles",
        "bubbles, floating bubbles, soap bubbles, circles, spheres, floating orbs, glass balls",
        heard=(
            "bubble, orb, orbs, sphere, circle, balls, blasen, seifenblasen, kreise, kugeln, bulles, cercles, "
            "sphères, burbujas, círculos, esferas"
        ),
    ),
)

THINGS = (
    term(
        "cat",
        "cat, kitten, sitting cat, kitty, house cat, tomcat, cute cat",
        heard="cats, feline, katze, kater, kätzchen, chat, chaton, minou, gato, gatita, gatito, gata",
    ),
    term(
        "bird",
        "bird, songbird, robin, sparrow, little bird, bird on a branch, finch",
        heard=(
            "parrot, owl, eagle, raven, crow, hummingbird, vogel, vögelchen, spatz, rotkehlchen, oiseau, moineau, "
            "pájaro, pajarito, gorrión"
        ),
    ),
    term(
        "fish",
        "fish, goldfish, koi, tropical fish, swimming fish, carp, big fish",
        heard=(
            "fishes, whale, shark, dolphin, salmon, fisch, fische, goldfisch, wal, delfin, poisson, poissons, "
            "baleine, pez, peces, pescado, ballena"
        ),
    ),
    term(
        "butterfly",
        "butterfly, moth, butterfly with open wings, winged butterfly, monarch, pretty butterfly, insect wings",
        heard="wings, schmetterling, falter, motte, papillon, papillons, mariposa, polilla",
    ),
    term(
        "flower",
        "flower, blossom, rose, daisy, single flower, bloom, tulip, poppy",
        heard=(
            "flowers, sunflower, lily, lotus, petal, blume, blumen, blüte, rose, sonnenblume, mohn, fleur, fleurs, "
            "tournesol, marguerite, flor, flores, rosa flor, girasol, amapola"
        ),
    ),
    term(
        "tree",
        "tree, lonely tree, oak, old tree, big tree, cherry tree, leafy tree",
        heard=(
            "trees, maple, willow, birch, bonsai, sakura, cherry blossom, baum, bäume, eiche, kirschbaum, arbre, "
            "arbres, chêne, cerisier, árbol, árboles, roble, cerezo"
        ),
    ),
    term(
        "mushroom",
        "mushroom, toadstool, fungus, spotted mushroom, mushrooms, fly agaric, magic mushroom",
        heard="fungi, pilz, pilze, fliegenpilz, champignon, champignons, amanite, seta, setas, hongo, hongos",
    ),
    term(
        "sailboat",
        "sailboat, sailing boat, sailing ship, yacht, ship, boat with sails, sails",
        heard=(
            "ships, schooner, sail, vessel, segelboot, segelschiff, schiff, yacht, voilier, navire, bateau à voile, "
            "velero, barco de vela, buque"
        ),
    ),
    term(
        "balloon",
        "hot air balloon, balloon, hot-air balloon, balloon flight, striped balloon, air balloon, balloon in the sky",
        heard=(
            "balloons, airship, zeppelin, heißluftballon, ballon, heissluftballon, montgolfière, globo, "
            "globo aerostático"
        ),
    ),
    term(
        "heart",
        "heart, love heart, big heart, love, valentine, heart shape, loving heart",
        heard="hearts, valentines, romance, herz, herzen, liebe, cœur, coeur, amour, corazón, corazones, amor",
    ),
    term(
        "crescent",
        "crescent moon, crescent, big moon, sickle moon, new moon, moon portrait, lunar crescent",
        heard="lunar, mondsichel, halbmond, croissant de lune, grande lune, luna creciente, media luna, gran luna",
    ),
    term(
        "planet",
        "planet, saturn, ringed planet, planet with rings, gas giant, alien planet, ringed world",
        heard=(
            "planets, world, jupiter, mars, earth, globe, planeten, welt, erde, planète, monde, terre, planeta, "
            "mundo, tierra, saturno"
        ),
    ),
    term(
        "cup",
        "cup of coffee, cup, mug, cup of tea, coffee cup, steaming cup, hot chocolate",
        heard=("coffee, tea, teacup, espresso, cappuccino, tasse, kaffee, tee, becher, café, thé, taza, té, chocolate"),
    ),
    term(
        "rocket",
        "rocket, spaceship, space rocket, rocket ship, flying rocket, spacecraft, rocket launch",
        heard=(
            "spaceships, shuttle, astronaut, missile, rakete, raumschiff, fusée, vaisseau spatial, cohete, "
            "nave espacial"
        ),
    ),
)
