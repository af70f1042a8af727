// SPDX-License-Identifier: EUPL-1.2
// The public API against the committed tests/api/api.txt, and that the comparison knows what a release lets change.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { FILE, compare, declarationsOf, explain, now, read, write } from './snapshot.mjs'

const recorded = read(fs.readFileSync(FILE, 'utf8'))

test('the public API is the one that is recorded', () => {
  const changes = compare(recorded, now(path.join(process.env.BUILD, 'libscopiton.so.1')))
  assert.ok(changes.length === 0, explain(changes))
})

test('the newest version of the symbols is the one that descriptors carry', () => {
  const number = (name) => recorded.api.get(`constant SCOP_API_${name}`)
  const versions = [...recorded.api.values()].map((text) => text.match(/^SCOPITON_(\d+\.\d+):/)?.[1]).filter(Boolean)
  assert.equal(`${number('MAJOR')}.${number('MINOR')}`, versions.sort().at(-1))
})

test('the record is written as it is read', () => {
  assert.equal(write(recorded), fs.readFileSync(FILE, 'utf8'))
})

test('a function that is deprecated is still the same function', () => {
  const found = declarationsOf('/* For modules. */\nSCOP_DEPRECATED("since 2.3: call scop_new") void scop_old(int more) __attribute__((format(printf, 2, 3)));')
  assert.deepEqual(found.functions, [{ name: 'scop_old', type: 'void scop_old(int more)' }])
})

// ---- the headers ----

const headers = path.resolve(import.meta.dirname, '../../core/include/scopiton')
const lines = fs.readdirSync(headers).flatMap((name) => fs.readFileSync(path.join(headers, name), 'utf8').trim().split('\n'))

test('at least 45 % of the lines of the public headers hold a comment', () => {
  let open = false
  const comments = lines.filter((line) => {
    const holds = open || line.includes('/*')
    open = holds && line.lastIndexOf('*/') <= line.lastIndexOf('/*') && (line.includes('/*') || !line.includes('*/'))
    return holds
  })
  assert.ok(comments.length / lines.length >= 0.45, `${comments.length} of ${lines.length}`)
})

test('the reference is made of them without a warning', (t) => {
  if (spawnSync('doxygen', ['--version']).error) return t.skip('doxygen is not installed; make docs installs it')
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-docs-')), root = path.resolve(import.meta.dirname, '../..')
  const settings = fs.readFileSync(path.join(root, 'docs/Doxyfile'), 'utf8') + `\nOUTPUT_DIRECTORY = ${folder}\n`
  const made = spawnSync('doxygen', ['-'], { cwd: root, input: settings, encoding: 'utf8' })
  fs.rmSync(folder, { recursive: true })
  assert.equal(made.stderr, '')
  assert.equal(made.status, 0)
})

// ---- allowed changes in a release ----

const released = {
  open: ['SCOPITON_2.1'],
  api: new Map([['symbol scop_old', 'SCOPITON_2.0: void scop_old(void)'], ['constant SCOP_LAST', '3'],
    ['struct scop_route', '64 bytes'], ['struct scop_route.name', 'at 16, 8 bytes: const char *name'],
    ['struct scop_mail', '48 bytes'], ['struct scop_mail.to', 'at 8, 8 bytes: const struct scop_value *to']])
}
const changed = (...lines) => compare(released, new Map([...released.api, ...lines]))
const allowed = (...lines) => assert.deepEqual(changed(...lines).filter(({ why }) => why), [])
const refused = (words, ...lines) => assert.match(explain(changed(...lines)), words)

test('a release takes new symbols under a new version, new constants, new structs, and longer tables', () => {
  allowed(['symbol scop_new', 'SCOPITON_2.1: void scop_new(void)'])
  allowed(['constant SCOP_MORE', '4'])
  allowed(['struct scop_thing', '8 bytes'], ['struct scop_thing.name', 'at 0, 8 bytes: const char *name'])
  allowed(['struct scop_route', '72 bytes'], ['struct scop_route.more', 'at 64, 8 bytes: const char *more'])
  assert.match(explain(changed(['constant SCOP_MORE', '4'])), /constant SCOP_MORE\n {4}recorded: not there\n {4}now: {6}4\n.*`make api` records it/)
})

test('a new major version begins anew', () => {
  assert.deepEqual(compare(released, new Map([['symbol scop_old', 'SCOPITON_3.0: void scop_old(int more)']])).filter(({ why }) => why), [])
})

test('a release does not take what breaks modules that are built, and says what to do instead', () => {
  refused(/SCOPITON_2\.0 is released and takes no more symbols\. Put it under a new version node/, ['symbol scop_new', 'SCOPITON_2.0: void scop_new(void)'])
  refused(/SCOPITON_2\.0 is released, so its symbols stay/, ['symbol scop_old', 'SCOPITON_2.0: void scop_old(int more)'])
  refused(/SCOPITON_2\.0 is released/, ['symbol scop_old', 'SCOPITON_2.1: void scop_old(void)'])
  refused(/compiled with the constant 3\. Leave it as it was/, ['constant SCOP_LAST', '4'])
  refused(/compiled with this layout/, ['struct scop_route.name', 'at 24, 8 bytes: const char *name'])
  refused(/compiled with this layout/, ['struct scop_mail', '56 bytes'])
  refused(/compiled with this layout/, ['struct scop_mail.more', 'at 48, 8 bytes: const char *more'])
  refused(/Undo what may not change/, ['struct scop_mail', '56 bytes'])
  for (const gone of released.api.keys()) {
    assert.ok(compare(released, new Map([...released.api].filter(([key]) => key !== gone)))[0].why, gone)
  }
})
