// SPDX-License-Identifier: EUPL-1.2
// The trace of a request in development: route, handler, statements, trips, view, times; no values; nowhere else.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { start, until } from '../support/stack.mjs'
import { Packages } from '../fault/faults.mjs'

const host = 'acme.localhost', url = '/fr/sluggish/'
let stack, packages

before(async () => {
  packages = new Packages('portal', 'sluggish')
  stack = await start({ modules: packages.folder, config: ['trace = yes'] })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('tenant', 'create', 'beta', '--title', 'Beta', '--host', 'beta.example', '--portal-host', 'portal.beta.example')
  for (const tenant of ['acme', 'beta']) await stack.cli('module', 'install', 'sluggish', '--tenant', tenant)
  await until('it is there', async () => (await stack.request(host, url)).status === 200)
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

const configure = async (from, to) => {
  const file = path.join(stack.folder, 'scopiton.conf')
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(from, to))
  process.kill(stack.pid('supervisor'), 'SIGHUP')
}

test('each answer says its route, handler, statements with time, rows and trip, and view', async () => {
  await stack.request(host, url) // the first one prepares statements, one by one
  const { headers, body } = await stack.request(host, url)
  const timing = headers['server-timing']
  assert.match(timing, /^total;dur=\d+\.\d{3};desc="GET \/ page, page\(\)", db;dur=\d+\.\d{3};desc="2 statements in 1 trip", view;desc="page", /)
  assert.match(timing, /s1;dur=\d+\.\d{3};desc="few, trip 1, 1 row", s2;dur=\d+\.\d{3};desc="digits, trip 1, 10 rows"$/)
  assert.match(body, /<aside class="wrap small" lang="en" aria-label="Trace"><details><summary>\d+\.\d ms, 2 statements in 1 trip<\/summary>\n<p>GET \/ page, page\(\), view page<\/p>/)
  assert.match(body, /<tr><td>digits<\/td><td>1<\/td><td>10<\/td><td>\d+\.\d{3}<\/td><\/tr>/)
  assert.match(body, /<\/aside>\n<\/body>\n<\/html>\n?$/)
})

test('a redirect, JSON and a page that is not there too; a fragment has the header alone', async () => {
  const form = { _key: await stack.key(host, url) }
  const posted = await stack.request(host, url, { form })
  assert.equal(posted.status, 303)
  assert.match(posted.headers['server-timing'], /desc="POST \/ ask, add\(\)".*desc="digit_add, trip \d, 1 row"/)
  const json = await stack.request(host, url, { headers: { Accept: 'application/json' } })
  assert.match(json.headers['server-timing'], /digits, trip 1/)
  assert.doesNotMatch(json.body, /aside/)
  assert.match((await stack.request(host, '/fr/sluggish/nowhere')).headers['server-timing'], /desc="no route"/)
})

test('a page lists the last requests and jobs of the module, without itself, and without values', async () => {
  const traces = `${url}_traces`
  const [, link] = (await stack.request(host, url)).body.match(/<a href="([^"]+)">The last requests and jobs<\/a>/)
  assert.equal(link, traces)
  const form = { _key: await stack.key(host, url) }
  assert.equal((await stack.request(host, url, { form })).status, 303)
  assert.match(await stack.cli('job', 'run', 'sluggish', 'count', '--tenant', 'acme'), /^done/)
  const { status, headers, body } = await stack.request(host, traces)
  assert.equal(status, 200)
  assert.equal(headers['cache-control'], 'no-store')
  const all = [...body.matchAll(/<details><summary>(\d\d:\d\d:\d\d) (.*?): (\w+), ([\d.]+) ms, (\d+) statements? in (\d+) trips?, [\d.]+ ms<\/summary>([^]*?)<\/details>/g)]
  const job = all.find(([, , what]) => what === 'job count'), post = all.find(([, , what]) => what.startsWith('POST / ask, add()')), page = all.find(([, , what]) => what === 'GET / page, page()')
  assert.equal(job[3], 'done')
  assert.match(job[7], /tenant acme, reference [^]*<tr><td>few<\/td><td>\d<\/td><td>1<\/td><td>\d+\.\d{3}<\/td><\/tr>/)
  assert.equal(post[3], '303')
  assert.match(post[7], /<tr><td>digit_add<\/td><td>\d<\/td><td>1<\/td>/)
  assert.equal(page[3], '200')
  assert.match(page[7], /view page<\/p>[^]*<tr><td>digits<\/td><td>1<\/td><td>11<\/td>/) // one was added
  assert.ok(all.indexOf(job) < all.indexOf(post) && all.indexOf(post) < all.indexOf(page), 'the newest first')
  const again = (await stack.request(host, traces)).body
  assert.equal(again.match(/<details>/g).length, all.length, 'the page does not list itself')
  assert.doesNotMatch(body, /Sign in|portal/, 'nor another module')
  assert.match((await stack.request(host, '/fr/sluggish/slow')).body, /Trace/)
  assert.match((await stack.request('acme-portal.localhost', '/portal/_traces')).body, /<h1>Traces of portal<\/h1>/)
  assert.equal((await stack.request('beta.example', traces)).status, 404)
})

test('the list keeps the last 128 and no more', async () => {
  for (let i = 0; i < 140; i++) await stack.request(host, `${url}nowhere`)
  const { body } = await stack.request(host, `${url}_traces`)
  assert.equal(body.match(/<details>/g).length, 128)
  assert.doesNotMatch(body, /job count/)
})

test('a page that has not changed is still "not modified": its tag knows nothing of the trace', async () => {
  const { headers } = await stack.request(host, '/fr/sluggish/slow')
  if (!headers.etag) return // with a form key the page differs each time
  assert.equal((await stack.request(host, '/fr/sluggish/slow', { headers: { 'If-None-Match': headers.etag } })).status, 304)
})

test('a host name that others reach has none', async () => {
  const { status, headers, body } = await stack.request('beta.example', url)
  assert.equal(status, 200)
  assert.equal(headers['server-timing'], undefined)
  assert.doesNotMatch(body, /aria-label="Trace"/)
})

test('pages keep to themselves without trace = yes, and nothing is told without development = yes', async () => {
  await configure('trace = yes', 'trace = no')
  await until('the page has none', async () => !/Trace/.test((await stack.request(host, url)).body))
  assert.equal((await stack.request(host, `${url}_traces`)).status, 404)
  assert.match((await stack.request(host, url)).headers['server-timing'], /^total/)
  await configure('development = yes', 'development = no')
  await until('the header is gone', async () => !('server-timing' in (await stack.request(host, url)).headers))
  await configure('trace = no', 'trace = yes')
  await assert.rejects(stack.cli('check'), ({ stderr }) => /'trace' needs 'development = yes'/.test(stderr))
})
