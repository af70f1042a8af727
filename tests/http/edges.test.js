// SPDX-License-Identifier: EUPL-1.2
// A handler's mistakes are named in the log and, in development, on the page; a row with a mistake affects only itself.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Packages, lines, mark } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'

const SITE = 'acme.localhost', PORTAL = 'acme-portal.localhost'
let stack, packages

const see = (url, headers = {}) => stack.request(SITE, `/fr/edges${url}`, { headers })
const post = async (url) => stack.request(SITE, `/fr/edges${url}`, { form: { _key: await stack.key(SITE, '/fr/edges/', {}, `/fr/edges${url}`) } })

// The answer is an error, and the page and the log say why.
async function fails (ask, ...words) {
  const from = mark(stack), { status, body } = await ask()
  assert.equal(status, 500)
  for (const one of words) assert.ok(body.replaceAll('&#39;', "'").includes(one), `${one} in:\n${body.slice(-1500)}`)
  await until(`the log has ${words}`, () => lines(stack, from, 'failed: ', ...words).length > 0, 3)
}

before(async () => {
  packages = new Packages('portal', 'edges')
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'edges', '--tenant', 'acme')
  await stack.sql("INSERT INTO t1_edges.note (slug) VALUES ('one'), ('two'), ('three')")
  await until('it serves', async () => (await see('/')).status === 200)
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

test('a SELECT that is run as a write is named, and the next request is served', async () => {
  await fails(() => post('/read'), "statement 'notes' is a SELECT")
  assert.equal((await see('/')).status, 200)
})

test('a value that cannot be fails the request with words, and the worker serves on', async () => {
  const words = { scale: 'scop_make_number: more than 18 decimal places', currency: 'scop_make_money: a currency is three capitals', nocurrency: 'scop_make_money: a currency is three capitals',
    bytes: 'scop_make_bytes: no bytes, or more than 4 GB', text: 'scop_make_text: printf cannot make this text', chart: 'scop_chart: more than 60 values',
    view: 'scop_view: no view was given', file: 'a file that is sent needs its type, and a string for its bytes' }
  const before = await stack.workers('edges')
  for (const [what, sentence] of Object.entries(words)) await fails(() => see(`/misuse/${what}`), sentence)
  assert.equal((await see('/')).status, 200)
  assert.deepEqual((await stack.workers('edges')).filter((pid) => before.includes(pid)), before)
})

test('an INSERT that is read is named', async () => {
  await fails(() => see('/row'), "statement 'note_add' writes")
  assert.equal((await see('/')).status, 200)
})

test('an error of MariaDB names its statement', async () => {
  await fails(() => see('/get'), "statement 'note_add': 1792")
  await fails(() => post('/add'), "statement 'note_add': 1048", 'slug')
})

test('a page makes as many reads at once as it wants', async () => {
  const { status, body } = await see('/reads', { Accept: 'application/json' })
  assert.equal(status, 200)
  const model = JSON.parse(body)
  assert.equal(Object.keys(model).filter((name) => /^n\d$/.test(name)).length, 10)
  assert.equal(model.n0, null, 'the last of its name, which is no row')
})

test('a read of too many rows fails with words', async () => {
  await stack.sql('INSERT INTO t1_edges.note (slug) SELECT seq FROM t1_edges.seq_1_to_100')
  await fails(() => see('/rows'), "statement 'combinations': more than 10000 rows")
  await stack.sql('DELETE FROM t1_edges.note WHERE id > 3')
})

test('a row whose link lacks a part has no link, and the page is served; the log says so once', async () => {
  await stack.sql("UPDATE t1_edges.note SET slug = '' WHERE slug = 'two'")
  const from = mark(stack), { status, body } = await see('/')
  assert.equal(status, 200)
  assert.match(body, /href="\/fr\/edges\/note\/one">1</)
  assert.match(body, /href="">2</)
  assert.match(body, /href="\/fr\/edges\/note\/three">3</)
  assert.equal((await see('/')).status, 200)
  await until('it is told', () => lines(stack, from, 'a link was left out').length > 0, 3)
  const told = lines(stack, from, 'a link was left out')
  assert.ok(told.length <= (await stack.workers('edges')).length, 'once by a worker')
  assert.match(told[0], /page:7:13: the link 'note slug=slug' lacks \{slug\}|page:7:13: the link 'note' lacks \{slug\}/, 'the view that it is written in')
})

test('who is led to a route without its part is told which', async () => {
  await fails(() => see('/away'), "the route 'note' lacks its {slug}")
})

test('a role keeps each of hundreds of permissions; a form with more fields than can be read is refused whole', async () => {
  const headers = { Cookie: await stack.signIn('acme') }
  await stack.sql("INSERT INTO t1.permission (name, module, title) SELECT CONCAT('edges.p', seq), 'edges', seq FROM t1.seq_1_to_300; INSERT INTO t1.role_permission (role, permission) SELECT 'owner', name FROM t1.permission WHERE module = 'edges'")
  await stack.sql("INSERT INTO t1.role (name, title) VALUES ('all', 'All')")
  const page = '/portal/roles/all', seen = (await stack.request(PORTAL, page, { headers })).body.match(/name="seen" value="([^"]*)"/)?.[1]
  const send = async (count) => {
    const form = { _key: await stack.key(PORTAL, page, headers, page), ...(seen && { seen }),
      ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`may.edges.p${i + 1}`, '1'])) }
    return stack.request(PORTAL, page, { headers, form })
  }
  assert.equal((await send(1001)).status, 400)
  assert.equal((await send(300)).status, 303)
  assert.equal(await stack.sql("SELECT COUNT(*) FROM t1.role_permission WHERE role = 'all'"), '300')
})
