// The decoder of this package, by the protocol that every other parser is tested with.
import { ownParser, serveParser } from 'slotwire/conformance';
import manifest from 'slotwire/package.json' with { type: 'json' };

serveParser(ownParser(manifest.version));
