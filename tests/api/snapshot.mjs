// SPDX-License-Identifier: EUPL-1.2
// The public API in words: each symbol with its version and prototype, each struct's size and fields with their offsets, each
// constant. `make api` writes it to tests/api/api.txt, where a release lets it (docs/api.md); tests/api/api.test.js compares.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const headers = path.join(root, 'core/include/scopiton')
export const FILE = path.join(import.meta.dirname, 'api.txt')

// The header of test programs, which link their library statically: no built module depends on it.
const TESTS = 'test.h'

// Tables whose size stands in the descriptor, so that a host reads those of an older module: they may grow at their end.
const GROWING = ['scop_module', 'scop_route', 'scop_field', 'scop_import', 'scop_job']

// ---- reading C, as the public headers are written ----

const bare = (text) => text.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/^[ \t]*#(?:\\\n|.)*$/gm, '')
const words = (text) => text.replace(/\s+/g, ' ').replace(/ ?([),]) ?| ?(\()(?!\*) ?|(\()(?=\*) ?/g, '$1$2$3').replaceAll(',', ', ').trim()

// The parts between separators that stand outside of all brackets.
function split (text, separator) {
  const parts = ['']
  let depth = 0
  for (const letter of text) {
    if ('({['.includes(letter)) depth++
    if (')}]'.includes(letter)) depth--
    if (letter === separator && depth === 0) parts.push('')
    else parts[parts.length - 1] += letter
  }
  return parts.map((part) => part.trim()).filter(Boolean)
}

// "const char *key, *title" has two fields; "bool (*handle)(...)" has one.
function fieldsOf (body) {
  return split(body, ';').flatMap((line) => split(line, ',').map((part, place) => {
    const name = part.match(/^[^(]*\(\*(\w+)\)\(/)?.[1] ?? part.match(/(\w+)(?:\[[^\]]*\])?$/)?.[1]
    if (!name) throw new Error(`no field is read from '${part}'`)
    const base = place > 0 ? split(line, ',')[0].replace(/\s*\**\w+(\[[^\]]*\])?$/, ' ') : ''
    return { name, type: words(base + part) }
  }))
}

export function declarationsOf (text) {
  const found = { functions: [], structs: [], constants: [] }
  for (const part of split(bare(text), ';')) {
    const [, kind, name, body] = part.match(/^(struct|enum)\s*(\w*)\s*\{([\s\S]*)\}$/) ?? []
    if (kind === 'struct') found.structs.push({ name, fields: fieldsOf(body) })
    else if (kind === 'enum') for (const one of split(body, ',')) found.constants.push({ of: name, name: one.match(/^\w+/)[0] })
    else if (part.includes('(')) {
      const type = words(part.replace(/^SCOP_DEPRECATED\("[^"]*"\)/, '').replace(/__attribute__\s*\(\([\s\S]*\)\)/, ''))
      found.functions.push({ name: type.match(/(\w+)\(/)[1], type })
    } else if (!/^struct \w+$/.test(part)) throw new Error(`'${part}' in a public header is not understood`)
  }
  for (const [, name] of text.matchAll(/^#define (SCOP_\w+) +["\d]/gm)) found.constants.push({ of: 'define', name })
  return found
}

// ---- asking the compiler and the library ----

function program (found, names) {
  const lines = found.structs.flatMap(({ name, fields }) => [
    `printf("struct ${name}\\t%zu bytes\\n", sizeof(struct ${name}));`,
    ...fields.map((field) => `printf("struct ${name}.${field.name}\\tat %zu, %zu bytes: %s\\n", offsetof(struct ${name}, ${field.name}), ` +
      `sizeof ((struct ${name} *)0)->${field.name}, ${JSON.stringify(field.type)});`)])
  const value = (name) => `_Generic(${name}, char *: text, default: number)(${JSON.stringify(name)}, ${name});`
  return '#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>\n' + names.map((name) => `#include "scopiton/${name}"\n`).join('') +
    'static void text(const char *name, const char *value) { printf("constant %s\\t\\"%s\\"\\n", name, value); }\n' +
    'static void number(const char *name, long long value) { printf("constant %s\\t%lld\\n", name, value); }\n' +
    `int main(void)\n{\n${[...lines, ...found.constants.map(({ name }) => value(name))].join('\n')}\nreturn 0;\n}\n`
}

function measured (found, names) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-api-'))
  try {
    fs.writeFileSync(path.join(folder, 'api.c'), program(found, names))
    execFileSync('gcc', ['-std=gnu17', '-I', path.join(root, 'core/include'), '-o', path.join(folder, 'api'), path.join(folder, 'api.c')])
    return execFileSync(path.join(folder, 'api'), { encoding: 'utf8' }).trim().split('\n').map((line) => line.split('\t'))
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

// Name and version of each symbol that is no private one.
export function symbols (library) {
  const table = execFileSync('readelf', ['--dyn-syms', '--wide', library], { encoding: 'utf8' })
  return [...table.matchAll(/ (scop_\w+)@@?(SCOPITON_\S+)/g)].map(([, name, version]) => ({ name, version })).filter(({ version }) => version !== 'SCOPITON_PRIVATE')
}

// The libraries of formats, beside the one that all modules link.
const formats = (library) => fs.readdirSync(path.dirname(library)).filter((name) => /^libscopiton-(?!work)\w+\.so\.1$/.test(name)).map((name) => path.join(path.dirname(library), name))

// The current API: a Map from each item to its description.
export function now (library) {
  const names = fs.readdirSync(headers).filter((name) => name.endsWith('.h') && name !== TESTS).sort()
  const found = names.map((name) => declarationsOf(fs.readFileSync(path.join(headers, name), 'utf8')))
    .reduce((all, one) => ({ functions: [...all.functions, ...one.functions], structs: [...all.structs, ...one.structs], constants: [...all.constants, ...one.constants] }))
  const types = new Map(found.functions.map(({ name, type }) => [name, type]))
  const shown = [library, ...formats(library)].flatMap(symbols)
  for (const { name } of shown) if (!types.has(name)) throw new Error(`${name} stands in a library's map and in no public header`)
  for (const name of types.keys()) if (!shown.some((one) => one.name === name)) throw new Error(`${name} stands in a public header and in no library's map`)
  return new Map([...shown.map(({ name, version }) => [`symbol ${name}`, `${version}: ${types.get(name)}`]), ...measured(found, names)])
}

// ---- the file ----

const HEAD = `# The public API, as modules are built against it. \`make api\` writes this file; docs/api.md says what may change when.
# A version on the line "open" is of no release yet, so that its symbols may still change; whoever releases takes it off.
`

export function read (text) {
  const open = text.match(/^open\b(.*)$/m)?.[1].trim().split(/\s+/).filter(Boolean) ?? []
  const lines = text.split('\n').filter((line) => line && !/^(#|open\b)/.test(line)).map((line) => line.split('\t'))
  return { open, api: new Map(lines) }
}

export const write = ({ open, api }) => `${HEAD}open ${open.join(' ')}\n` + [...api].map((line) => line.join('\t')).sort().map((line) => line + '\n').join('')

// ---- comparing ----

const SHOWN = 40 // differences; more are counted
const struct = (key) => key.match(/^struct (\w+)/)?.[1]
const versionOf = (text) => text?.match(/^(SCOPITON_[\w.]+):/)?.[1]
const bytes = (text) => Number(text.match(/(\d+) bytes/)[1])
const isFirst = (version) => version.endsWith('.0') && !version.includes('PORTAL')

// Why a release does not allow this change of the line; undefined if it does.
function objection (key, before, after, { open, api }) {
  if (open.some(isFirst)) return undefined // nothing is built against this major version yet
  const remedy = 'Leave it as it was and add a new one beside it, or begin the next major version of the API'
  if (key.startsWith('symbol ')) {
    const frozen = [versionOf(before), versionOf(after)].find((version) => version && !open.includes(version))
    if (!frozen) return undefined
    return before ? `${frozen} is released, so its symbols stay as they are. ${remedy}.`
      : `${frozen} is released and takes no more symbols. Put it under a new version node in core/libscopiton.map.`
  }
  if (key.startsWith('constant ')) return before ? `modules were compiled with the constant ${before}. ${remedy}.` : undefined
  const grows = GROWING.includes(struct(key)) && (!key.includes('.') ? bytes(after ?? '0 bytes') >= bytes(before ?? '0 bytes') : !before)
  const isNew = !before && !api.has(`struct ${struct(key)}`)
  return grows || isNew ? undefined : `modules were compiled with this layout. ${remedy}.`
}

// The versions that no release has: those of the record, and those that are new.
function openOf (recorded, api) {
  const known = [...recorded.api.values()].map(versionOf)
  return [...new Set([...recorded.open, ...[...api.values()].map(versionOf).filter((version) => version && !known.includes(version))])]
}

// The differences: the old and new value, and why a release must not change it (undefined: it may).
export function compare (recorded, api) {
  const keys = new Set([...recorded.api.keys(), ...api.keys()])
  const rules = { ...recorded, open: openOf(recorded, api) }
  return [...keys].sort().filter((key) => recorded.api.get(key) !== api.get(key)).map((key) => {
    const before = recorded.api.get(key), after = api.get(key)
    return { key, before, after, why: objection(key, before, after, rules) }
  })
}

export function explain (changes) {
  const lines = changes.slice(0, SHOWN).map(({ key, before, after, why }) => `  ${key}\n    recorded: ${before ?? 'not there'}\n    now:      ${after ?? 'not there'}` +
    (why ? `\n    may not change: ${why}` : ''))
  if (changes.length > SHOWN) lines.push(`  and ${changes.length - SHOWN} more`)
  const refused = changes.some(({ why }) => why)
  return `The public API is not what tests/api/api.txt records:\n${lines.join('\n')}\n` + (refused
    ? 'Undo what may not change (docs/api.md, "Allowed changes").'
    : 'If this is meant: document it in its header, then `make api` records it, and the file is part of the same commit.')
}

function record () {
  const api = now(path.join(process.env.BUILD, 'libscopiton.so.1'))
  const recorded = read(fs.existsSync(FILE) ? fs.readFileSync(FILE, 'utf8') : '')
  const changes = compare(recorded, api)
  if (changes.some(({ why }) => why)) {
    console.error(explain(changes))
    process.exit(1)
  }
  const versions = [...api.values()].map(versionOf)
  fs.writeFileSync(FILE, write({ open: openOf(recorded, api).filter((version) => versions.includes(version)), api }))
  console.log(changes.length ? `tests/api/api.txt: ${changes.length} lines were recorded` : 'tests/api/api.txt is up to date')
}

if (process.argv[1] === import.meta.filename) record()
