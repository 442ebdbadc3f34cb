/** Holds JUnit's XML to a schema, with libxml2. */
import { readFileSync } from 'node:fs';
import { validateXML } from 'xmllint-wasm';

const SCHEMA = readFileSync(new URL('../../../test/support/junit.xsd', import.meta.url), 'utf8');

/** What is not as the schema wants it; mostly nothing. */
export async function junitViolations(xml: string): Promise<string[]> {
  const { errors } = await validateXML({ xml: { fileName: 'report.xml', contents: xml }, schema: SCHEMA });
  return errors.map(({ message }) => message);
}
