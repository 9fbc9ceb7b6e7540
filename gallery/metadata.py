"""What every master file says of itself: the A1111 `parameters` text, Aria's own recipe, and that it is AI-made."""

from PIL.PngImagePlugin import PngInfo

from aria_site import __version__
from aria_site.kernel.recipe import Recipe

_DIGITAL_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
AI_MADE_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    f'Iptc4xmpExt:DigitalSourceType="{_DIGITAL_SOURCE}"/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)
"""An XMP packet with IPTC's digital source type for generated pictures."""


def parameters_text(recipe: Recipe) -> str:
    """The recipe as A1111 writes it, so that other tools read prompt, sampler and seed."""
    lines = [recipe.resolved_prompt]
    if recipe.negative_prompt:
        lines.append(f"Negative prompt: {recipe.negative_prompt}")
    settings = {
        "Steps": recipe.steps,
        "Sampler": recipe.sampler,
        "CFG scale": f"{recipe.guidance_scale:g}",
        "Seed": recipe.seed,
        "Size": f"{recipe.width}x{recipe.height}",
        "Model hash": recipe.model_revision[:10],
        "Model": recipe.model,
    }
    covered = recipe.strength if recipe.source else recipe.guide
    if covered is not None and covered < 1:
        settings["Denoising strength"] = f"{covered:g}"
    settings["Version"] = f"Aria {__version__}"
    lines.append(", ".join(f"{name}: {value}" for name, value in settings.items()))
    return "\n".join(lines)


def png_chunks(recipe: Recipe) -> PngInfo:
    """The text chunks of a master file."""
    chunks = PngInfo()
    chunks.add_itxt("parameters", parameters_text(recipe))
    chunks.add_itxt("aria_recipe", recipe.canonical_json())
    chunks.add_itxt("XML:com.adobe.xmp", AI_MADE_XMP)
    return chunks
