// SPDX-License-Identifier: EUPL-1.2
// The libraries of formats in a worker's sandbox, and only in the workers of modules that call them.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'

const SITE = 'acme.localhost'
const LIBRARIES = /\/(libscopiton-(?!work)\w+|libxml2|libzip|libical|libicu\w+)\.so/g
const build = process.env.BUILD
let stack, packages

const see = (module, url) => stack.request(SITE, `/fr/${module}${url}`, { headers: { accept: 'application/json' } })
const answer = async (url) => { const { status, body } = await see('formats', url); assert.equal(status, 200, body); return JSON.parse(body) }

// What the workers of a module have mapped, by name.
const mapped = (module) => fs.readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).flatMap((pid) => {
  try {
    const line = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    return /scopiton-worker\0/.test(line) && line.includes(`\0module=${module}\0`) && line.includes(stack.folder) ? [fs.readFileSync(`/proc/${pid}/maps`, 'utf8')] : []
  } catch { return [] }
}).map((maps) => [...new Set([...maps.matchAll(LIBRARIES)].map(([, name]) => name))].sort())

before(async () => {
  packages = new Packages('portal', 'formats', 'edges')
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  for (const module of ['formats', 'edges']) await stack.cli('module', 'install', module, '--tenant', 'acme')
  await until('they serve', async () => (await see('edges', '/')).status === 200 && (await see('formats', '/letters')).status === 200)
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

test('a module needs the libraries of the formats that it calls, and its worker alone loads them', () => {
  const needs = (module) => [...execFileSync('readelf', ['-d', `${build}/test-modules/${module}/${module}.so`], { encoding: 'utf8' }).matchAll(/NEEDED.*\[(libscopiton[^\]]*)\]/g)].map(([, name]) => name)
  assert.deepEqual(needs('edges'), ['libscopiton.so.1'])
  assert.ok(needs('formats').includes('libscopiton-xml.so.1'))
  const plain = mapped('edges'), own = mapped('formats')
  assert.ok(plain.length > 0 && own.length > 0)
  for (const one of plain) assert.deepEqual(one, [])
  for (const one of own) for (const name of ['libscopiton-xml', 'libxml2', 'libscopiton-zip', 'libzip', 'libscopiton-calendar', 'libical']) assert.ok(one.includes(name), `${name} in ${one}`)
})

test('a document in pieces is read across them, and to its damage', async () => {
  await stack.sql("INSERT INTO t1_formats.piece VALUES (0, '<Stmt><Ntry><Amt>1.1'), (1, ''), (2, '0</Amt></Ntry><Ntry><Amt>2.0'), (3, '5</Amt></Ntry></Stmt>')")
  assert.deepEqual(await answer('/statement'), { error: '', count: 2, sum: 3.15 })
  await stack.sql('DELETE FROM t1_formats.piece WHERE number = 3')
  assert.deepEqual(await answer('/statement'), { error: "Ligne 1 : Le fichier s'arrête trop tôt, ou un élément n'est pas fermé.", count: 1, sum: 1.1 })
})

test("what a module writes is compared with its own schema, which includes others of the module's", async () => {
  assert.deepEqual(await answer('/order?count=3'), { valid: true, error: '' })
  assert.deepEqual(await answer('/order?count=0'), { valid: false, error: "Ligne 2 : La valeur de Count n'est pas admise par ce format." })
})

test('a schema that leads elsewhere is a mistake of the module, and nothing is read there', async () => {
  const { status } = await see('formats', '/elsewhere')
  assert.equal(status, 500)
})

test('encodings and a DOCTYPE need no file of the host', async () => {
  assert.deepEqual(await answer('/letters'), { euro: '€', error: "Ligne 1 : Le fichier contient un DOCTYPE, ce qui n'est pas accepté." })
})

test('an archive is packed and read in memory, with names in any letters', async () => {
  assert.deepEqual(await answer('/archive'), { name: '__/café.txt', bytes: 'a cup', error: '' })
})

test('an event follows the zone that it names, and its file describes that', async () => {
  assert.deepEqual(await answer('/week'), { described: true, first: '2026-10-31T13:00:00Z', second: '2026-11-01T14:00:00Z', error: '' })
})
