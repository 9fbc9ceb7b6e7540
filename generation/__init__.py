"""How a picture is painted: jobs, models, the engine and live previews."""
