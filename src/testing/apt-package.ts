/**
 * Fetches a package of a Debian-like system with everything it depends on and unpacks it into a folder: without root,
 * and without touching what is installed.
 */
import { spawn } from 'node:child_process';
import { basename, dirname, join } from 'node:path';

/** What is to be fetched, from where. */
export interface PackageChoice {
  /** The first of these that exists is taken; one entry may name several packages, which are taken together. */
  readonly packages: readonly string[];
  /** apt sources as a deb822 text, or undefined to use the machine's own unchanged. */
  readonly sources: string | undefined;
  /** Keeps `usr/share` too: documentation, fonts, icons. */
  readonly keepsShare?: boolean | undefined;
}

// One child does the whole fetch under one lock, so that two processes cannot meet in the middle, and a fetch whose
// parent died is completed and then found. What a broken-off fetch has downloaded, the next one does not download again.
const FETCH_SCRIPT = `set -e
[ ! -e "$ROOT" ] || exit 0
mkdir -p "$WORK/lists/partial" "$WORK/archives/partial"
cd "$WORK"
: > status
printf '%s' "$APT_CONFIG_TEXT" > apt.conf
printf '%s' "$APT_SOURCES_TEXT" > server.sources
apt="apt-get --config-file=apt.conf --quiet=2"
$apt update
for package in "$@"; do
  if $apt install --download-only --yes $package; then found=yes; break; fi
done
[ "$found" = yes ] || exit 1
$apt autoclean
rm -rf root
mkdir root
for archive in archives/*.deb; do dpkg -x "$archive" root; done
if [ -z "$KEEP_SHARE" ]; then rm -rf root/usr/share; fi
mv root "$ROOT"
rm -rf "$WORK"`;

/**
 * Fetches a package and its whole closure, the C library included, into `root`: at once when it is there already.
 *
 * Safe when several processes do it together, and resumable: see {@link FETCH_SCRIPT}. Beside `root` it keeps a lock
 * file and, until it has succeeded, a folder with what it has downloaded.
 *
 * @throws {Error} with the tools' own words in one line, when the package cannot be had.
 */
export async function fetchPackage(root: string, choice: PackageChoice): Promise<void> {
  const work = join(dirname(root), `.${basename(root)}.fetch`);
  const lock = join(dirname(root), `.${basename(root)}.lock`);
  await run('flock', [lock, 'sh', '-c', FETCH_SCRIPT, 'fetch', ...choice.packages], {
    ...process.env,
    LC_ALL: 'C',
    ROOT: root,
    WORK: work,
    KEEP_SHARE: choice.keepsShare === true ? 'yes' : '',
    APT_CONFIG_TEXT: aptConfiguration(work, choice.sources !== undefined),
    APT_SOURCES_TEXT: choice.sources ?? '',
  });
}

// The machine's configuration stays in force (proxies, mirrors' credentials), but not its hooks, which touch the system.
// An empty status file means that nothing is installed, so that the whole closure is fetched, the C library included.
function aptConfiguration(work: string, hasOwnSources: boolean): string {
  return `#clear APT::Update;
#clear DPkg;
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::State "${work}";
Dir::State::Lists "${work}/lists";
Dir::State::status "${work}/status";
Dir::Cache "${work}";
Dir::Cache::archives "${work}/archives";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
${hasOwnSources ? ownSources(work) : ''}`;
}

// With sources of its own nothing but the mirror of the server is asked: if that cannot be reached, there is no sense in
// looking for the package in what lists there are.
function ownSources(work: string): string {
  return `Dir::Etc::SourceList "${work}/server.sources";
Dir::Etc::SourceParts "/dev/null";
APT::Update::Error-Mode "any";
`;
}

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (text: Buffer) => {
    output = (output + text.toString()).slice(-2000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${basename(env['ROOT']!)} could not be fetched: ${reasonIn(output)}`);
}

/** What apt calls an error, else the last that was said. */
function reasonIn(output: string): string {
  const lines = output.trim().split('\n');
  const errors = lines.filter((line) => line.startsWith('E: ')).map((line) => line.slice('E: '.length));
  return errors.length > 0 ? errors.join(' ') : lines.at(-1)!;
}
