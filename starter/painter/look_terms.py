"""Owns the words for how a picture looks: styles, times of day, moods and extras."""

from starter.painter.terms import term

STYLE_TERMS = (
    term(
        "flat",
        "flat design, flat, vector art, minimalist poster, screen print, flat illustration, paper cut, graphic poster",
        heard=(
            "vector, minimal, minimalist, minimalism, poster, cartoon, clean, gouache, cutout, papercut, flach, "
            "plakat, vektor, minimalistisch, affiche, plat, cartel, plano"
        ),
    ),
    term(
        "watercolour",
        "watercolour, watercolor, watercolour painting, wet wash, aquarelle, soft watercolour, watercolour on paper",
        heard="watercolors, watercolours, wash, aquarell, aquarellmalerei, aquarelle, lavis, acuarela",
    ),
    term(
        "oil",
        "oil painting, oil on canvas, thick brush strokes, impasto, oil paint, impressionist painting, painterly oil",
        heard=(
            "oil, oils, van gogh, impressionist, impressionism, expressionist, painterly, brushstrokes, monet, "
            "acrylic, ölgemälde, öl, ölfarbe, peinture à l'huile, huile, impressionniste, óleo, pintura al óleo"
        ),
    ),
    term(
        "ink",
        "ink drawing, ink wash, sumi-e, black ink, brush and ink, ink painting, japanese ink",
        heard=(
            "ink, inks, woodcut, linocut, calligraphy, manga, tusche, tinte, tuschezeichnung, encre, "
            "encre de chine, tinta, tinta china"
        ),
    ),
    term(
        "pixel",
        "pixel art, pixels, 8-bit, retro game, pixelated, 16-bit sprite, game sprite",
        heard=(
            "pixel, pixelart, 8bit, 8 bit, 16bit, 16 bit, sprite, voxel, retro, pixelkunst, pixelig, art pixel, "
            "pixelisé, arte pixel, píxeles"
        ),
    ),
    term(
        "pointillism",
        "pointillism, dots of paint, pointillist painting, dotted painting, made of dots, seurat style, "
        "stippled colour",
        heard=(
            "pointillist, dots, dotted, seurat, stipple, stippling, punkte, pointillismus, gepunktet, pointillisme, "
            "points, puntillismo, puntos"
        ),
    ),
    term(
        "sketch",
        "pencil sketch, coloured pencil, crayon drawing, hatching, sketchbook drawing, pencil drawing, "
        "hand drawn sketch",
        heard=(
            "sketch, pencil, pencils, crayon, drawing, drawn, charcoal, graphite, pastel drawing, doodle, "
            "bleistift, buntstift, skizze, zeichnung, dessin, croquis, crayon de couleur, lápiz, dibujo, boceto"
        ),
    ),
    term(
        "neon",
        "neon, neon lights, glowing neon, neon sign, synthwave, glowing lines, cyberpunk glow",
        heard=(
            "cyberpunk, vaporwave, glowing, fluorescent, led, laser, tron, leuchtreklame, neonlicht, leuchtend, "
            "néon, néons, luz de neón, neón"
        ),
    ),
)

TIME_TERMS = (
    term(
        "dawn",
        "dawn, sunrise, early morning, daybreak, first light, rosy morning, at dawn",
        heard=(
            "morning, dawning, morgen, morgendämmerung, sonnenaufgang, morgenrot, aube, aurore du matin, "
            "lever du soleil, matin, amanecer, alba, mañana, salida del sol"
        ),
    ),
    term(
        "day",
        "day, daytime, midday, bright day, noon, broad daylight, in daylight, blue sky",
        heard=(
            "daylight, sunny, afternoon, summer, tag, mittag, tageslicht, sonnig, nachmittag, jour, journée, midi, "
            "ensoleillé, après-midi, día, mediodía, soleado, tarde de verano"
        ),
    ),
    term(
        "dusk",
        "dusk, sunset, evening, twilight, golden hour, at sundown, evening glow",
        heard=(
            "sundown, gloaming, abend, abenddämmerung, sonnenuntergang, dämmerung, abendrot, soir, crépuscule, "
            "coucher de soleil, coucher du soleil, atardecer, anochecer, puesta de sol, crepúsculo, ocaso"
        ),
    ),
    term(
        "night",
        "night, midnight, at night, moonlit night, night sky, dark night, by night",
        heard=(
            "nighttime, nocturne, nocturnal, moonlight, moonlit, dark, nacht, mitternacht, nachts, mondnacht, "
            "dunkel, nuit, minuit, nocturne, noche, medianoche, nocturno, oscuro"
        ),
    ),
)

MOOD_TERMS = (
    term(
        "contemplative",
        "contemplative, thoughtful, meditative, quiet, pensive, still, zen",
        heard=(
            "meditation, silent, silence, nachdenklich, still, besinnlich, contemplatif, pensif, silencieux, "
            "contemplativo, pensativo, silencioso"
        ),
    ),
    term(
        "chaotic",
        "chaotic, wild, explosive, turbulent, frenzied, messy, stormy",
        heard=(
            "chaos, storm, crazy, glitch, splatter, chaotisch, wild, stürmisch, chaotique, sauvage, orageux, "
            "caótico, salvaje, tormentoso"
        ),
    ),
    term(
        "melancholic",
        "melancholic, sad, wistful, somber, bittersweet, gloomy, lonely",
        heard=(
            "melancholy, sorrow, sorrowful, grief, sombre, moody, lonesome, melancholisch, traurig, einsam, "
            "mélancolique, triste, solitaire, melancólico, solitario"
        ),
    ),
    term(
        "energized",
        "energized, energetic, vibrant, lively, electric, dynamic, full of energy",
        heard=(
            "energy, vivid, alive, energised, energiegeladen, lebhaft, dynamisch, énergique, vivant, vibrant, "
            "enérgico, vibrante, vivo"
        ),
    ),
    term(
        "rebellious",
        "rebellious, defiant, punk, unruly, provocative, street art, angry",
        heard=(
            "rebel, grunge, graffiti, rage, protest, rebellisch, wütend, trotzig, rebelle, révolté, rebelde, furioso"
        ),
    ),
    term(
        "serene",
        "serene, peaceful, calm, tranquil, gentle, harmonious, soft",
        heard=(
            "serenity, peace, tranquility, quietude, relaxing, friedlich, ruhig, sanft, gelassen, serein, paisible, "
            "calme, doux, sereno, tranquilo, pacífico, suave"
        ),
    ),
    term(
        "restless",
        "restless, tense, unsettled, windy, agitated, nervous, uneasy",
        heard=(
            "wind, tension, anxious, anxiety, motion, speed, unruhig, nervös, rastlos, agité, inquiet, nerveux, "
            "inquieto, agitado, nervioso"
        ),
    ),
    term(
        "playful",
        "playful, whimsical, joyful, fun, cheerful, candy coloured, happy",
        heard=(
            "joy, funny, cute, childlike, joyous, happiness, candy, verspielt, fröhlich, lustig, glücklich, joyeux, "
            "ludique, heureux, juguetón, alegre, feliz, divertido"
        ),
    ),
    term(
        "introspective",
        "introspective, reflective, deep, dreamlike, mysterious, inward, nostalgic",
        heard=(
            "dream, dreamy, surreal, mystery, mystical, memory, nostalgia, verträumt, geheimnisvoll, traum, "
            "introspectif, mystérieux, rêveur, rêve, introspectivo, misterioso, sueño, soñador"
        ),
    ),
    term(
        "bold",
        "bold, powerful, striking, dramatic, strong, high contrast, commanding",
        heard=(
            "drama, epic, intense, majestic, mighty, kühn, mutig, kraftvoll, dramatisch, audacieux, puissant, "
            "dramatique, épique, audaz, poderoso, dramático, épico"
        ),
    ),
)

EXTRA_TERMS = (
    term(
        "sun",
        "sun, shining sun, with the sun, round sun, sun in the sky, big sun, sunlight",
        heard="sunshine, sonne, sonnenlicht, sonnenschein, soleil, sol, luz del sol",
    ),
    term(
        "moon",
        "moon, full moon, with the moon, round moon, bright moon, moon in the sky, moonrise",
        heard="mond, vollmond, lune, pleine lune, luna, luna llena",
    ),
    term(
        "stars",
        "stars, starry sky, starlight, many stars, twinkling stars, full of stars, starry",
        heard=(
            "star, constellation, sterne, stern, sternenhimmel, étoiles, étoile, étoilé, estrellas, estrella, "
            "estrellado"
        ),
    ),
    term(
        "clouds",
        "clouds, cloudy, fluffy clouds, with clouds, cloudy sky, white clouds, passing clouds",
        heard="cloud, overcast, wolken, wolke, bewölkt, wolkig, nuages, nuage, nuageux, nubes, nube, nublado",
    ),
    term(
        "birds",
        "birds, flock of birds, birds in the sky, flying birds, seagulls, gulls, distant birds",
        heard="gull, swallows, geese, möwen, möwe, vogelschwarm, oiseaux, mouettes, gaviotas, pájaros, aves",
    ),
    term(
        "boat",
        "boat, small boat, little boat, rowing boat, with a boat, paper boat, tiny boat",
        heard=(
            "boats, canoe, rowboat, kayak, boot, boote, ruderboot, kahn, bateau, barque, bateaux, barco, bote, barca"
        ),
    ),
    term(
        "mist",
        "mist, fog, misty, foggy, haze, morning mist, in the fog",
        heard="hazy, smoke, steam, nebel, neblig, dunst, brume, brouillard, brumeux, niebla, bruma, neblina",
    ),
    term(
        "rain",
        "rain, rainy, falling rain, rain shower, raindrops, in the rain, pouring rain",
        heard="drizzle, downpour, shower, regen, regnerisch, verregnet, pluie, pluvieux, averse, lluvia, lluvioso",
    ),
    term(
        "snow",
        "snow, snowfall, falling snow, snowy weather, snowflakes, winter, in the snow",
        heard=(
            "snowy, snowing, frozen, icy, snowflake, wintry, blizzard, frost, schnee, schneefall, "
            "verschneit, winterlich, neige, hiver, enneigé, nieve, nevando, invierno, nevado"
        ),
    ),
    term(
        "rainbow",
        "rainbow, with a rainbow, bright rainbow, rainbow in the sky, rainbow arch, colourful rainbow, double rainbow",
        heard="rainbows, regenbogen, arc-en-ciel, arcoíris, arcoiris",
    ),
    term(
        "petals",
        "petals, falling leaves, falling petals, drifting leaves, leaves in the wind, blowing petals, confetti",
        heard=(
            "leaf, leaves, foliage, autumn, fall leaves, laub, blätter, blütenblätter, herbst, pétales, feuilles, "
            "automne, pétalos, hojas, otoño"
        ),
    ),
)
