"""Whether a server in this container answers: `python deploy/probe.py PORT PATH`. Needs nothing but Python."""

import http.client
import sys
from contextlib import closing

# Aria answers to her host names alone, and sends those to HTTPS who come without: production names localhost as well.
HEADERS = {"Host": "localhost", "X-Forwarded-Proto": "https"}
TIMEOUT_S = 4


def main(arguments: "list[str]") -> int:
    """0 where the answer is 200, else 1 with the reason."""
    port, path = arguments
    with closing(http.client.HTTPConnection("127.0.0.1", int(port), timeout=TIMEOUT_S)) as server:
        try:
            server.request("GET", path, headers=HEADERS)
            status = server.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            print(f"{path} on port {port}: {error}")
            return 1
    print(f"{path} on port {port}: {status}")
    return 0 if status == http.client.OK else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
