// SPDX-License-Identifier: EUPL-1.2
// `scopiton dev` in an empty folder, with an installed Scopiton: from saving a file to seeing it, mistakes in the page, and its end.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { processIds } from '../support/processes.mjs'
import { root, sleep, until } from '../support/stack.mjs'

const run = promisify(execFile)
const build = process.env.BUILD ?? path.join(root, 'build')
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-dev-'))
const prefix = path.join(home, 'usr'), work = path.join(home, 'work')
const env = { PATH: `${prefix}/bin:/usr/bin:/bin`, HOME: home, TMPDIR: process.env.TMPDIR ?? os.tmpdir(), ...(process.env.SCOPITON_TEST && { SCOPITON_TEST: process.env.SCOPITON_TEST }) }
let dev, said = '', port

function get (url, host = 'dev.localhost') {
  return new Promise((resolve, reject) => http.get({ host: '127.0.0.1', port, path: url, headers: { Host: host }, agent: false }, (response) => {
    let body = ''
    response.on('data', (part) => { body += part }).on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
  }).on('error', reject))
}

const file = (name) => path.join(work, 'loan', name)
const read = (name) => fs.readFileSync(file(name), 'utf8')
function change (name, from, to) {
  const text = read(name)
  assert.ok(text.includes(from), `${name} has '${from}'`)
  fs.writeFileSync(file(name), text.replace(from, to))
}

// Everything that this folder's Scopiton runs.
const processes = () => processIds().filter((pid) => {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(home) && !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch { return false }
})

before(async () => {
  fs.chmodSync(home, 0o755)
  fs.mkdirSync(work)
  await run('make', ['-s', `BUILD=${build}`, `PREFIX=${prefix}`, 'install'], { cwd: root })
  await run('scopiton', ['new', 'loan', '--scop', 'outils'], { cwd: work, env })
  dev = spawn('scopiton', ['dev', '--port', String(21000 + process.pid % 5000), '--granted', 'outils/loan:orders'], { cwd: work, env, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [dev.stdout, dev.stderr]) stream.on('data', (part) => { said += part })
  await until('the module is in place', () => { assert.equal(dev.exitCode, null, said); assert.doesNotMatch(said, /does not build|cannot be installed/); return /loan was installed in/.test(said) }, 60).catch((error) => { throw new Error(`${error.message}\n${said}`) })
  port = Number(said.match(/http:\/\/dev\.localhost:(\d+)\/en\/loan\//)[1])
  await until('its page answers', async () => (await get('/en/loan/')).status === 200)
})
after(async () => {
  if (dev?.exitCode === null) dev.kill('SIGINT')
  await until('all has ended', () => processes().length === 0, 30).catch(() => {})
  fs.rmSync(home, { recursive: true, force: true })
})

// Leaves an entry in the guestbook that `scopiton new` has made the module of.
async function post (fields) {
  const { body } = await get('/en/loan/'), [, action] = body.match(/action="([^"]+)"/), [, key] = body.match(/name="_key" value="([^"]+)"/)
  const form = new URLSearchParams({ _key: key, ...fields }).toString()
  await new Promise((resolve, reject) => http.request({ host: '127.0.0.1', port, path: action, method: 'POST', agent: false,
    headers: { Host: 'dev.localhost', 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': form.length } }, (response) => {
    assert.equal(response.statusCode, 303)
    response.resume().on('end', resolve)
  }).on('error', reject).end(form))
}

// Milliseconds from saving to the first answer that shows it.
async function seen (words, url, pattern) {
  const from = performance.now()
  await (async () => {
    while (performance.now() - from < 30000) {
      const { body } = await get(url)
      if (pattern.test(body)) return
      await sleep(10)
    }
    assert.fail(`${words} is not seen:\n${said}`)
  })()
  return Math.round(performance.now() - from)
}

test('a saved view, statement, translation and C file are each seen at once', async (t) => {
  const times = {}
  change('views/list.html', '<h1>', '<h1 class="a-view">')
  times.view = await seen('the view', '/en/loan/', /<h1 class="a-view">/)
  change('i18n/fr.po', 'msgstr "Votre message"', 'msgstr "Votre mot à vous"')
  times.po = await seen('the translation', '/fr/loan/', /Votre mot à vous/)
  await post({ name: 'Anna', message: 'Bonjour' })
  change('loan.sql', 'SELECT id, name', 'SELECT id, UPPER(name) AS name')
  times.sql = await seen('the statement', '/en/loan/', /ANNA/)
  const source = read('loan.c')
  fs.writeFileSync(file('loan.c'), source.replace(/(\n)(\tscop_view\(req, &view_list\);)/, '$1\tscop_put(req, "flavour", scop_make_text(req, "from C"));\n$2'))
  change('views/list.html', '<h1 class="a-view">', '<h1 class="{{flavour}}">')
  times.c = await seen('the C file', '/en/loan/', /<h1 class="from C">/)
  const words = Object.entries(times).map(([kind, milliseconds]) => `${kind} ${milliseconds} ms`).join(', ')
  t.diagnostic(`from saving to seeing: ${words}; built and installed in ${said.match(/installed in [\d.]+ s/g).slice(1).join(', ')}`)
  assert.ok(Object.values(times).every((milliseconds) => milliseconds < 10000), words) // under two seconds on a machine of its own
})

test('a mistake is told in the terminal and in the page with file, line and message, and the page is back once it is corrected', async () => {
  const good = read('views/list.html'), line = good.split('\n').length + 1
  fs.writeFileSync(file('views/list.html'), `${good}\n{{#link}}<nowhere>{{/link}}\n`)
  await until('the page says so', async () => (await get('/en/loan/')).status === 500)
  const { body, headers } = await get('/en/loan/')
  assert.match(body, new RegExp(`<strong>(\\./)?loan/views/list\\.html:${line}: .*</strong>`))
  assert.doesNotMatch(body, /<nowhere>/, 'and nothing of it is markup')
  assert.match(body, /loan does not build<\/h1>/)
  assert.match(headers['content-security-policy'], /default-src 'none'/)
  await until('the terminal says so', () => said.includes(`loan/views/list.html:${line}: `))
  assert.equal((await get('/loan/', 'dev-portal.localhost')).status, 500, 'the portal\'s page too')
  assert.notEqual((await get('/portal/as/owner', 'dev-portal.localhost')).status, 500, 'and nobody else\'s')
  fs.writeFileSync(file('views/list.html'), good)
  await until('it is back', async () => (await get('/en/loan/')).status === 200)
})

test('what does not fit its own schema is told the same way', async () => {
  const good = read('loan.sql')
  fs.writeFileSync(file('loan.sql'), good.replace('UPPER(name)', 'UPPER(nothing)'))
  await until('the page says so', async () => /Unknown column/.test((await get('/en/loan/')).body))
  const line = good.split('\n').findIndex((text) => text.startsWith('-- name: entries')) + 1
  assert.match((await get('/en/loan/')).body, new RegExp(`loan cannot be installed</h1>\n<p><strong>loan/loan\\.sql:${line}: error: statement 'entries': 1054: Unknown column`))
  fs.writeFileSync(file('loan.sql'), good)
  await until('it is back', async () => (await get('/en/loan/')).status === 200)
  const migration = file('migrations/0002_more.sql')
  fs.writeFileSync(migration, '-- A comment.\n\nALTER TABLE entry ADD COLUMN more NOTYPE;\n')
  await until('the page says so', async () => /<strong>loan\/migrations\/0002_more\.sql:3: error: ALTER TABLE entry ADD COLUMN more NOTYPE: 4161/.test((await get('/en/loan/')).body))
  fs.rmSync(migration)
  await until('it is back', async () => (await get('/en/loan/')).status === 200)
  const first = read('migrations/0001_entry.sql')
  change('migrations/0001_entry.sql', 'VARCHAR(80)', 'VARCHAR(81)')
  await until('the page says so', async () => /<strong>loan\/migrations\/0001_entry\.sql:\d+: error: was edited after it ran.*scopiton dev --fresh</.test((await get('/en/loan/')).body))
  fs.writeFileSync(file('migrations/0001_entry.sql'), first)
  await until('it is back', async () => (await get('/en/loan/')).status === 200)
})

test('mails are kept and can be read, and rights can be granted to the module', async () => {
  const cli = { cwd: work, env: { ...env, SCOPITON_CONFIG: path.join(work, 'var/dev/scopiton.conf') } }
  const mailbox = Number(said.match(/mails +http:\/\/127\.0\.0\.1:(\d+)\//)[1])
  const inbox = () => new Promise((resolve, reject) => http.get({ host: '127.0.0.1', port: mailbox, agent: false }, (response) => {
    let body = ''
    response.on('data', (part) => { body += part }).on('end', () => resolve(body))
  }).on('error', reject))
  assert.doesNotMatch(await inbox(), /anna@example\.com/)
  await run('scopiton', ['tenant', 'create', 'mailed', '--title', 'Mailed', '--owner', 'anna@example.com'], cli)
  await until('the invitation is in the mailbox', async () => /<span>.*anna@example\.com/.test(await inbox()))
  assert.match(fs.readFileSync(cli.env.SCOPITON_CONFIG, 'utf8'), /^granted = scopiton\/portal:\S+ outils\/loan:orders$/m)
})

test('make beside it has a build of its own', async () => {
  change('views/list.html', '<h2', '<h2 class="beside"')
  const { stdout } = await run('make', [], { cwd: work, env })
  assert.match(stdout, /^ {2}modules\/loan\/loan\.so$/m)
  await until('its page shows it', async () => /<h2 class="beside"/.test((await get('/en/loan/')).body))
  assert.equal((await run('make', ['-s'], { cwd: work, env })).stdout, '', 'and what dev built leaves it nothing to do')
})

test('other host names go on with the package before', async () => {
  const cli = { cwd: work, env: { ...env, SCOPITON_CONFIG: path.join(work, 'var/dev/scopiton.conf') } }
  await run('scopiton', ['tenant', 'create', 'acme', '--title', 'Acme', '--host', 'acme.example', '--portal-host', 'portal.acme.example'], cli)
  await run('scopiton', ['module', 'install', 'loan', '--tenant', 'acme'], cli)
  await until('it serves', async () => (await get('/fr/loan/', 'acme.example')).status === 200)
  const good = read('loan.c')
  fs.writeFileSync(file('loan.c'), `${good}\nnonsense\n`)
  await until('the page says so', async () => (await get('/en/loan/')).status === 500)
  assert.match((await get('/en/loan/')).body, /loan\/loan\.c:\d+/)
  assert.equal((await get('/fr/loan/', 'acme.example')).status, 200)
  fs.writeFileSync(file('loan.c'), good)
  await until('it is back', async () => (await get('/en/loan/')).status === 200)
})

test('a second one in the same folder is refused, and Ctrl-C ends all of it', async () => {
  await assert.rejects(run('scopiton', ['dev', 'loan'], { cwd: work, env }), ({ stderr }) => /runs here already/.test(stderr))
  assert.equal((await get('/en/loan/')).status, 200, 'the first one goes on')
  dev.kill('SIGINT')
  await until('it ends', () => dev.exitCode === 0, 30).catch((error) => { throw new Error(`${error.message}\n${said}`) })
  await until('nothing is left', () => processes().length === 0, 10)
  await assert.rejects(run('scopiton', ['dev', 'nothing'], { cwd: work, env }), ({ stderr }) => /'nothing\/module\.xml' and a Makefile are not here/.test(stderr))
})
