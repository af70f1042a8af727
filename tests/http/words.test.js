// SPDX-License-Identifier: EUPL-1.2
// Translations: each mistake in a .po file is an error of the build with the author's file and line; `scopiton words` adds missing entries.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { promisify } from 'node:util'
import { root } from '../support/stack.mjs'

const run = promisify(execFile)
const build = process.env.BUILD ?? path.join(root, 'build')
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-words-'))
const loan = path.join(home, 'loan'), work = path.join(home, 'work')
const plural = (language) => language === 'fr' ? 'n > 1' : 'n != 1'
const header = (language) => `msgid ""\nmsgstr ""\n"Language: ${language}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=(${plural(language)});\\n"\n`
const texts = `
msgid "Hello {{name}}"
msgstr "Bonjour {{name}}"

msgid "One tool"
msgid_plural "{{count}} tools"
msgstr[0] "Un outil"
msgstr[1] "{{count}} outils"
`
const po = (language) => path.join(loan, `i18n/${language}.po`)
const edit = (file, from, to) => {
  const text = fs.readFileSync(file, 'utf8')
  assert.ok(text.includes(from), from)
  fs.writeFileSync(file, text.replace(from, to))
}

beforeEach(() => {
  fs.rmSync(loan, { recursive: true, force: true })
  for (const folder of ['loan/views', 'loan/i18n', 'work']) fs.mkdirSync(path.join(home, folder), { recursive: true })
  fs.writeFileSync(path.join(loan, 'module.xml'), '<module name="loan" version="1.0.0" scop="scopiton" license="EUPL-1.2"><title>Hello {{name}}</title><summary>Hello {{name}}</summary></module>')
  fs.writeFileSync(path.join(loan, 'views/list.html'), '<p>{{#_}}Hello {{name}}{{/_}}</p>\n{{#_.count}}One tool|{{count}} tools{{/_.count}}\n')
  for (const language of ['fr', 'nl', 'de']) fs.writeFileSync(po(language), header(language) + texts)
})
after(() => fs.rmSync(home, { recursive: true }))

// The build's output about the translations, and whether it continues.
async function said (...more) {
  const names = path.join(build, 'libexec/scopiton-names')
  await run(names, [loan, work, '-'])
  await run(path.join(build, 'libexec/scopiton-texts'), [work, '--', '/dev/null'])
  return run(names, ['--words', loan, path.join(work, 'all.pot'), ...more]).then(({ stderr }) => ({ ok: true, text: stderr }), ({ stderr }) => ({ ok: false, text: stderr }))
}
async function refused (words) {
  const { ok, text } = await said()
  assert.match(text, words)
  assert.ok(!ok, 'the build goes on')
}

test('a complete translation is taken without a word', async () => {
  assert.deepEqual(await said(), { ok: true, text: '' })
})

test('a text that is not translated is named where it stands, and in a draft is a warning', async () => {
  edit(path.join(loan, 'views/list.html'), '<p>', '<p>{{#_}}New{{/_}}')
  await refused(/loan\/views\/list\.html:1: error: 'New' is not translated: i18n\/fr\.po lacks it\. 'scopiton words \S+loan' adds it/)
  const draft = await said('--draft')
  assert.ok(draft.ok)
  assert.match(draft.text, /list\.html:1: warning: 'New' is not translated/)
})

test('what is empty or a guess is not translated', async () => {
  edit(po('nl'), 'msgstr "Bonjour {{name}}"', 'msgstr ""')
  edit(po('de'), 'msgid "Hello', '#, fuzzy\nmsgid "Hello')
  await refused(/nl\.po:7: error: 'Hello \{\{name\}\}' is not translated\n[\s\S]*de\.po:8: error: .* is not translated: check the translation, and remove the word fuzzy/)
})

test('a file that is missing is named', async () => {
  fs.rmSync(po('de'))
  await refused(/loan\/i18n\/de\.po: error: this file is missing/)
})

test('a placeholder that is lost or misspelt is an error; the form for one may leave the number out', async () => {
  edit(po('fr'), 'Bonjour {{name}}', 'Bonjour {{nom}}')
  await refused(/fr\.po:8: error: the translation has \{\{nom\}\}, which the text 'Hello \{\{name\}\}' does not have/)
  edit(po('fr'), 'Bonjour {{nom}}', 'Bonjour')
  await refused(/fr\.po:8: error: the translation lacks \{\{name\}\}/)
  edit(po('fr'), 'msgstr "Bonjour"', 'msgstr "Bonjour {{name}}"')
  edit(po('fr'), '{{count}} outils', 'des outils')
  await refused(/fr\.po:13: error: the translation lacks \{\{count\}\}/)
})

test('a plural form that is missing or too many is an error', async () => {
  edit(po('fr'), 'msgstr[1] "{{count}} outils"\n', '')
  await refused(/fr\.po:10: error: 'One tool' is not translated/)
  fs.appendFileSync(po('fr'), 'msgstr[1] "{{count}} outils"\nmsgstr[2] "{{count}} outils"\n')
  await refused(/fr\.po:14: error: there are only 2 plural forms/)
  edit(po('nl'), 'msgid_plural "{{count}} tools"\nmsgstr[0] "Un outil"\nmsgstr[1] "{{count}} outils"', 'msgstr "Un outil"')
  await refused(/nl\.po:10: error: 'One tool' has a plural, '\{\{count\}\} tools'/)
})

test('a header that is missing or of another language is an error', async () => {
  edit(po('fr'), 'nplurals=2; plural=(n > 1)', 'nplurals=3; plural=n')
  await refused(/fr\.po:1: error: the header needs "Plural-Forms: nplurals=2; plural=\(n>1\);/)
  edit(po('nl'), 'Language: nl', 'Language: de')
  await refused(/nl\.po:1: error: the header says "Language: de", the file's name says 'nl'/)
  edit(po('de'), header('de'), '')
  await refused(/de\.po:1: error: the header needs "Content-Type: text\/plain; charset=UTF-8/)
})

test('a text that nothing has any more is a warning', async () => {
  fs.appendFileSync(po('fr'), '\nmsgid "Old"\nmsgstr "Vieux"\n')
  const { ok, text } = await said()
  assert.ok(ok)
  assert.match(text, /fr\.po:15: warning: 'Old' is in no view/)
})

test('`scopiton words` adds what is missing and keeps what is translated', async () => {
  edit(path.join(loan, 'views/list.html'), '<p>', '<p>{{#_}}Send back the parcel{{/_}}')
  fs.rmSync(po('de'))
  const { stdout } = await run(path.join(build, 'libexec/scopiton'), ['words', loan])
  assert.match(stdout, /fr\.po: 2 translated messages, 1 untranslated message/)
  assert.match(fs.readFileSync(po('fr'), 'utf8'), /msgstr "Bonjour \{\{name\}\}"[\s\S]*msgid "Send back the parcel"\nmsgstr ""\n/)
  assert.match(fs.readFileSync(po('de'), 'utf8'), /"Language: de\\n"[\s\S]*plural=\(n != 1\)[\s\S]*msgid "Send back the parcel"\nmsgstr ""/)
  for (const language of ['fr', 'nl', 'de']) edit(po(language), 'msgid "Send back the parcel"\nmsgstr ""', 'msgid "Send back the parcel"\nmsgstr "Renvoyer le colis"')
  const { ok, text } = await said()
  assert.ok(!ok && !/fr\.po|nl\.po/.test(text), text)
})

test('`scopiton words` moves nothing: what is new is behind what was there, and twice changes nothing', async () => {
  edit(path.join(loan, 'views/list.html'), '<p>', '<p>{{#_}}Alpha{{/_}}{{#_}}Beta{{/_}}{{#_}}Gamma{{/_}}')
  const known = '\n# said to members\nmsgid "Gamma"\nmsgstr "Gamma"\n', old = '\nmsgid "Gone"\nmsgstr "Parti"\n'
  for (const language of ['fr', 'nl', 'de']) fs.writeFileSync(po(language), header(language) + known + old + texts)
  await run(path.join(build, 'libexec/scopiton'), ['words', loan])
  const first = fs.readFileSync(po('fr'), 'utf8')
  const places = ['Language: fr', '# said to members', 'msgid "Gamma"', 'Hello', 'One tool', 'Alpha', 'Beta', '#~ msgid "Gone"'].map((words) => first.indexOf(words))
  assert.ok(places.every((place, i) => place > (places[i - 1] ?? -1)), first)
  assert.ok(first.startsWith(header('fr')), 'the header too')
  await run(path.join(build, 'libexec/scopiton'), ['words', loan])
  assert.equal(fs.readFileSync(po('fr'), 'utf8'), first)
  assert.match((await run('msgfmt', ['--check', '-o', '/dev/null', '--statistics', po('fr')])).stderr, /3 translated messages, [0-9, a-z]*2/)
})
