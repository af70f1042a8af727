// SPDX-License-Identifier: EUPL-1.2
// The command line: exit statuses, errors in one sentence, and remains.
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { root, start, until } from '../support/stack.mjs'

const build = process.env.BUILD ?? path.join(root, 'build')
const program = path.join(build, 'libexec/scopiton')
let stack, scratch, packages

before(async () => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-cli-'))
  fs.chmodSync(scratch, 0o755)
  packages = path.join(scratch, 'packages')
  for (const module of ['guestbook', 'portal']) fs.cpSync(path.join(build, 'modules', module), path.join(packages, module), { recursive: true })
  stack = await start({ modules: packages })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
})
after(async () => {
  await stack?.stop()
  fs.rmSync(scratch, { recursive: true, force: true })
})

// Runs it; returns status (or signal) and output.
function call (args, { config, cwd = scratch, env = {} } = {}) {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env: { ...process.env, SCOPITON_CONFIG: config ?? path.join(stack.folder, 'scopiton.conf'), ...env } },
      (error, stdout, stderr) => resolve({ code: error ? error.signal ?? error.code : 0, stdout, stderr }))
  })
}

// Refused with status `code`, in one sentence on standard error that matches `words` and contains no SQL.
async function refused (code, words, args, options) {
  const result = await call(args, options)
  const line = `scopiton ${args.join(' ')}: ${result.code} ${result.stderr}`
  assert.equal(result.code, code, line)
  assert.match(result.stderr, words, line)
  assert.match(result.stderr, /^scopiton: /, line)
  assert.equal(result.stderr.trimEnd().split('\n').length, code === 2 ? 2 : 1, line)
  assert.doesNotMatch(result.stderr, /INSERT INTO|SELECT |You have an error in your SQL|\(null\)/, line)
}

const sql = (text) => stack.sql(text)
const tenantId = (name) => sql(`SELECT id FROM scopiton.tenant WHERE name = '${name}'`)

// ---- being called ----

test('help and version are printed, status 0', async () => {
  for (const word of ['help', '--help', '-h']) {
    const { code, stdout } = await call([word])
    assert.equal(code, 0)
    for (const command of ['serve', 'tenant', 'module', 'login', 'migrate', 'check', 'doctor', 'new', 'nginx', 'version']) assert.match(stdout, new RegExp(`\\n {2}${command}`))
    assert.doesNotMatch(stdout, /\n {2}installer/)
  }
  const { code, stdout } = await call(['version'])
  assert.equal(code, 0)
  assert.match(stdout, /^scopiton \d+\.\d+\.\d+ /)
})

test('help, version and "new" need no configuration', async () => {
  for (const args of [['help'], ['version']]) assert.equal((await call(args, { config: '/nonexistent' })).code, 0)
  await refused(1, /module name 'X'/, ['new', 'module', 'X'], { config: '/nonexistent' })
})

test('called wrongly is status 2, with a hint', async () => {
  assert.equal((await call([])).code, 2)
  for (const [words, ...args] of [[/no command 'frobnicate'/, 'frobnicate'], [/no command ''/, ''], [/tenant is followed by/, 'tenant'], [/tenant is followed by/, 'tenant', 'eat'],
    [/tenant is followed by/, 'tenant', 'show'], [/needs a name and --title/, 'tenant', 'create'], [/needs a name and --title/, 'tenant', 'create', 'x1'],
    [/needs a name and --title/, 'tenant', 'create', 'x1', '--title'], [/needs a name and --title/, 'tenant', 'create', 'x1', 'x2', '--title', 'X'],
    [/needs a name and --title\n'--nonsense' is not an option here, or lacks its value/, 'tenant', 'create', 'x1', '--title', 'X', '--nonsense'], [/module is followed by/, 'module'],
    [/needs a module and --tenant/, 'module', 'install', 'guestbook'], [/needs a module and --tenant/, 'module', 'install', '--tenant', 'acme'],
    [/login needs/, 'login', 'acme'], [/new is followed by/, 'new', 'module'], [/new is followed by/, 'new', 'thing', 'abc'], [/serve takes no/, 'serve', 'x']]) {
    await refused(2, words, args)
  }
})

test('what is not understood is refused, not passed over', async () => {
  const passedOver = []
  for (const args of [['tenant', 'list', '--nonsense'], ['version', 'x'], ['migrate', 'x'], ['doctor', 'x'], ['tenant', 'delete', 'acme', 'other', '--yes', 'nobody'],
    ['module', 'disable', 'guestbook', '--tenant', 'acme', '--root'], ['check', 'a', 'b']]) {
    if ((await call(args)).code !== 2) passedOver.push(args.join(' '))
  }
  assert.deepEqual(passedOver, [])
})

// ---- the configuration ----

test('a configuration that is not there is told by its name', async () => {
  await refused(1, /'\/nonexistent\/x\.conf' cannot be read: No such file/, ['check'], { config: '/nonexistent/x.conf' })
  await refused(1, /'\/nonexistent\/x\.conf' cannot be read/, ['tenant', 'list', '--config', '/nonexistent/x.conf'])
})

test('a folder is no configuration', async () => {
  await refused(1, /cannot be read|folder|directory/, ['check'], { config: scratch })
})

test('a mistake in the configuration is told with file and line', async () => {
  const file = path.join(scratch, 'x.conf')
  for (const [text, line, words] of [['run = /tmp/x\nnonsense = 1\n', 2, /no setting 'nonsense'/], ['workers = many\n', 1, /'workers' is a whole number from 1 to 4096, not 'many'/],
    ['# a\n\nworkers = 0\n', 3, /from 1 to 4096/], ['workers = 4097', 1, /from 1 to 4096/], ['workers = 1.5', 1, /whole number/], ['workers = 99999999999999999999', 1, /whole number/],
    ['workers =', 1, /whole number/], ['workers = 4 # four', 1, /whole number/], ['https = true\n', 1, /yes or no, not 'true'/], ['run = /tmp/x\nrun = /tmp/x\n', 2, /is set twice/],
    ['run /tmp/x\n', 1, /expected 'name = value'/], ['= 3\n', 1, /no setting ''/], ['Run = /tmp/x\n', 1, /no setting 'Run'/], [`var = /${'x'.repeat(300)}\n`, 1, /longer than 255/]]) {
    fs.writeFileSync(file, text)
    const { code, stderr } = await call(['check'], { config: file })
    assert.equal(code, 1, text)
    assert.ok(stderr.startsWith(`scopiton: ${file}:${line}: `), `${JSON.stringify(text)}: ${stderr}`)
    assert.match(stderr, words)
  }
  fs.writeFileSync(file, 'run = relative\n')
  await refused(1, /'run' is an absolute path/, ['check'], { config: file })
  fs.writeFileSync(file, `run = /${'x'.repeat(24)}\n`)
  await refused(1, /at most 24 bytes/, ['check'], { config: file })
  fs.writeFileSync(file, 'workers = 2\npool_workers = 3\n')
  await refused(1, /'pool_workers' is more than 'workers'/, ['check'], { config: file })
  fs.writeFileSync(file, '')
  assert.equal((await call(['check'], { config: file })).code, 0, 'every setting has a default')
})

test('a database that is away is told in one sentence', async () => {
  const file = path.join(scratch, 'away.conf')
  fs.writeFileSync(file, fs.readFileSync(path.join(stack.folder, 'scopiton.conf'), 'utf8').replace(/db_socket = .*/, 'db_socket = /nonexistent/db.sock'))
  await refused(1, /no connection to MariaDB at '\/nonexistent\/db\.sock'/, ['tenant', 'list'], { config: file })
})

// ---- tenants ----

test('a tenant with a mistake is refused, and nothing of it is made', async () => {
  const state = () => sql("SELECT (SELECT COUNT(*) FROM scopiton.tenant), (SELECT COUNT(*) FROM scopiton.host_name), (SELECT COUNT(*) FROM information_schema.schemata), (SELECT COUNT(*) FROM mysql.global_priv)")
  const before = await state()
  const create = (name, ...rest) => ['tenant', 'create', name, '--title', 'X', ...rest]
  for (const [words, ...args] of [
    ...['A', 'a', '', '1a', 'Acme', 'ac me', 'acme-', '-acme', 'x'.repeat(33), 'a_b', "a'b", 'é'.repeat(5), '../x'].map((name) => [/tenant name|name and --title/, ...create(name)]),
    ...['x', 'UPPER.example', 'a..b', '.ab', 'ab.', '-ab', 'a b c', 'x'.repeat(49), 'a/b', 'a:80', "a'b.c", 'é.example'].map((host) => [/host name/, ...create('fresh', '--host', host)]),
    [/host name/, ...create('fresh', '--portal-host', 'BAD')],
    ...['xx', 'FR', 'f', 'fra', '', "f'"].map((language) => [/language '.*' is not/, ...create('fresh', '--language', language)]),
    ...['Mars/Phobos', '', '../../../etc/passwd', '/etc/passwd', 'europe/brussels', "Europe/Brussels'"].map((zone) => [/time zone '.*' is not known/, ...create('fresh', '--zone', zone)]),
    ...['XX', 'be', 'BEL', "B'"].map((country) => [/country '.*' is not a code/, ...create('fresh', '--country', country)]),
    [/title needs/, 'tenant', 'create', 'fresh', '--title', ''], [/title needs/, 'tenant', 'create', 'fresh', '--title', 'x'.repeat(101)],
    [/tenant 'acme' already exists/, ...create('acme')], [/host name .* belongs to another tenant/, ...create('fresh', '--host', 'acme.localhost')],
    [/host name .* belongs to another tenant/, ...create('fresh', '--portal-host', 'acme-portal.localhost')], [/host name .* belongs to another tenant/, ...create('fresh', '--portal-host', 'acme.localhost')]]) {
    const { code, stderr } = await call(args)
    assert.ok(code === 1 || code === 2, `${args.join(' ')}: ${code}`)
    assert.match(stderr, words, args.join(' '))
    assert.doesNotMatch(stderr, /INSERT INTO/)
  }
  assert.equal(await state(), before)
})

test('what is no time zone but stands in the zones\' folder is refused', async () => {
  const accepted = []
  for (const zone of ['Europe', '.', 'Europe/', 'tzdata.zi', 'zone.tab', 'leapseconds']) {
    const { code, stderr } = await call(['tenant', 'create', 'zoned', '--title', 'X', '--zone', zone])
    if (code === 1 && /time zone '.*' is not known/.test(stderr)) continue
    accepted.push(zone)
    await call(['tenant', 'delete', 'zoned', '--yes', 'zoned'])
  }
  assert.deepEqual(accepted, [])
})

test('one host name for both sides is refused in a sentence, and leaves nothing', async () => {
  const args = ['tenant', 'create', 'samehost', '--title', 'X', '--host', 'same.example', '--portal-host', 'same.example']
  const result = await call(args)
  assert.equal(result.code, 1)
  assert.equal(await tenantId('samehost'), '')
  await refused(1, /host/, args)
})

test('a title keeps all its letters on the page', async () => {
  const title = 'A' + 'é'.repeat(70)
  await stack.cli('tenant', 'create', 'accents', '--title', title)
  try {
    const { body } = await until('its portal serves', async () => {
      const answer = await stack.request('accents-portal.localhost', '/portal/sign-in')
      return answer.status === 200 && answer
    })
    assert.ok(body.includes(title), body.match(/<title>[^]*<\/title>/)[0])
  } finally {
    await stack.cli('tenant', 'delete', 'accents', '--yes', 'accents')
  }
})

test('a tenant that was made, shown and deleted leaves nothing behind', async () => {
  const everything = () => sql(`SELECT CONCAT('schema ', schema_name) FROM information_schema.schemata UNION ALL SELECT CONCAT('user ', user, '@', host) FROM mysql.global_priv
    UNION ALL SELECT CONCAT('grant ', db, ' ', user) FROM mysql.db UNION ALL SELECT CONCAT('table ', db, ' ', table_name, ' ', user) FROM mysql.tables_priv
    UNION ALL SELECT CONCAT('column ', db, ' ', column_name, ' ', user) FROM mysql.columns_priv
    UNION ALL SELECT CONCAT('role ', user, ' ', role) FROM mysql.roles_mapping UNION ALL SELECT CONCAT('tenant ', name) FROM scopiton.tenant
    UNION ALL SELECT CONCAT('host ', host) FROM scopiton.host_name UNION ALL SELECT CONCAT('subscription ', tenant, module) FROM scopiton.subscription
    UNION ALL SELECT CONCAT('order ', id) FROM scopiton.installer_order UNION ALL SELECT CONCAT('step ', installer_order, number) FROM scopiton.order_step ORDER BY 1`)
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme') // the module's own account stays: it is all tenants'
  const before = await everything()
  await stack.cli('tenant', 'create', 'fresh', '--title', "L'Été \"& Fils\" <b>", '--language', 'nl', '--zone', 'Europe/Amsterdam', '--host', 'fresh.example', '--portal-host', 'p.fresh.example')
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'fresh', '--root')
  await stack.cli('login', 'fresh', 'owner')
  const id = await tenantId('fresh')
  const shown = await stack.cli('tenant', 'show', 'fresh')
  for (const words of ["L'Été \"& Fils\" <b>", 'nl', 'Europe/Amsterdam', 'country   NL', 'fresh.example', 'p.fresh.example', `t${id}`]) assert.ok(shown.includes(words), words)
  assert.match(shown, /module +guestbook 1\.0\.0, on, at the root/)
  await refused(1, /country 'Nl' is not a code/, ['tenant', 'country', 'fresh', 'Nl'])
  await refused(2, /tenant country needs/, ['tenant', 'country', 'fresh'])
  await stack.cli('tenant', 'country', 'fresh', 'LU')
  assert.match(await stack.cli('tenant', 'show', 'fresh'), /^country +LU$/m)
  assert.match(await stack.cli('tenant', 'list'), /^fresh /m)
  assert.match(await everything(), new RegExp(`schema t${id}_guestbook`))
  await until('it serves at the root', async () => (await stack.request('fresh.example', '/nl/')).status === 200)
  await refused(1, /Add --yes fresh/, ['tenant', 'delete', 'fresh'])
  await refused(1, /Add --yes fresh/, ['tenant', 'delete', 'fresh', '--yes', 'acme'])
  assert.equal(await tenantId('fresh'), id)
  await stack.cli('tenant', 'delete', 'fresh', '--yes', 'fresh')
  assert.equal(await everything(), before)
  assert.doesNotMatch(await stack.cli('tenant', 'list'), /^fresh /m)
  await until('its host name is nobody\'s', async () => (await stack.request('fresh.example', '/nl/')).status === 404)
  await until('its links are gone', () => !fs.existsSync(path.join(stack.folder, 'run/t/fresh.example')))
  await refused(1, /no tenant 'fresh'/, ['tenant', 'show', 'fresh'])
  await refused(1, /no tenant 'fresh'/, ['tenant', 'delete', 'fresh', '--yes', 'fresh'])
})

// ---- modules ----

const wait = (words, probe) => until(words, probe, 5)
const serves = async (code = 200) => (await stack.request('acme.localhost', '/fr/guestbook/')).status === code

test('a module or tenant that is not there is told by its name', async () => {
  await refused(1, /no module 'nothing'/, ['module', 'install', 'nothing', '--tenant', 'acme'])
  await refused(1, /no tenant 'nobody'/, ['module', 'install', 'guestbook', '--tenant', 'nobody'])
  await refused(1, /no tenant 'nobody'/, ['module', 'list', 'nobody'])
  await refused(1, /no module 'nothing'/, ['module', 'disable', 'nothing', '--tenant', 'acme'])
  await refused(1, /portal cannot be disabled/, ['module', 'disable', 'portal', '--tenant', 'acme'])
  for (const name of ['../etc', 'Guestbook', '', 'ab', 'x'.repeat(25), "a'; DROP DATABASE scopiton; -- ", "aaaaaaaaaaaaaaaaaaaaaaa'", '%s%s%n'])
    await refused(1, /module name|no module/, ['module', 'install', name, '--tenant', 'acme'])
})

test('an order that another installer has carried out meanwhile is told with its own reason', async () => {
  await sql(`CREATE TRIGGER scopiton.carried_out BEFORE INSERT ON scopiton.installer_order FOR EACH ROW SET NEW.state = 'failed', NEW.message = 'the disk is full'`)
  try {
    await refused(1, /: the disk is full/, ['module', 'install', 'guestbook', '--tenant', 'acme'])
  } finally {
    await sql('DROP TRIGGER scopiton.carried_out')
  }
})

test('a module installed twice is there once', async () => {
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
  const rows = () => sql("SELECT module, state, epoch FROM scopiton.subscription WHERE module = 'guestbook'")
  const before = await rows()
  assert.equal((await call(['module', 'install', 'guestbook', '--tenant', 'acme'])).code, 0)
  assert.equal(await rows(), before)
  await wait('it serves', () => serves())
})

test('a module switched off and on keeps its data', async () => {
  const form = { _key: await stack.key('acme.localhost', '/fr/guestbook/'), name: 'Kept', message: 'x' }
  assert.equal((await stack.request('acme.localhost', '/fr/guestbook/', { form })).status, 303)
  await stack.cli('module', 'disable', 'guestbook', '--tenant', 'acme')
  await wait('it is closed', () => serves(503))
  assert.match(await stack.cli('module', 'list', 'acme'), /^guestbook +1\.0\.0 +off/m)
  assert.equal((await call(['module', 'disable', 'guestbook', '--tenant', 'acme'])).code, 0, 'twice is once')
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
  await wait('it is back', () => serves())
  assert.match((await stack.request('acme.localhost', '/fr/guestbook/')).body, /Kept/)
  assert.match(await stack.cli('module', 'list', 'acme'), /^guestbook +1\.0\.0 +on/m)
})

test('two installs at once both end well, and leave one subscription each', async () => {
  await stack.cli('tenant', 'create', 'second', '--title', 'Second')
  const results = await Promise.all([call(['module', 'install', 'guestbook', '--tenant', 'second']), call(['module', 'install', 'guestbook', '--tenant', 'second']),
    call(['tenant', 'create', 'third', '--title', 'Third']), call(['module', 'install', 'guestbook', '--tenant', 'acme'])])
  for (const { code, stderr } of results) assert.equal(code, 0, stderr)
  assert.equal(await sql("SELECT COUNT(*) FROM scopiton.subscription WHERE module = 'guestbook' AND state = 'on'"), '2')
  assert.equal(await sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE state <> 'done' AND state <> 'failed'"), '0')
  for (const name of ['second', 'third']) assert.equal((await call(['tenant', 'delete', name, '--yes', name])).code, 0)
})

test('two tenants of one name at once: one is made, the other refused, nothing is left over', async () => {
  const results = await Promise.all([1, 2, 3].map(() => call(['tenant', 'create', 'twin', '--title', 'Twin'])))
  assert.deepEqual(results.map(({ code }) => code).sort(), [0, 1, 1])
  assert.equal(await sql("SELECT COUNT(*) FROM scopiton.host_name WHERE host LIKE 'twin%'"), '2')
  assert.equal((await call(['tenant', 'delete', 'twin', '--yes', 'twin'])).code, 0)
})

// A package derived from the guestbook's, with its name or another.
function variant (name, change, from = 'guestbook') {
  const folder = path.join(scratch, 'variants', name)
  fs.rmSync(folder, { recursive: true, force: true })
  fs.cpSync(path.join(build, 'modules', from), folder, { recursive: true })
  if (name !== from) {
    fs.renameSync(path.join(folder, `${from}.so`), path.join(folder, `${name}.so`))
    fs.writeFileSync(path.join(folder, 'module.xml'), fs.readFileSync(path.join(folder, 'module.xml'), 'utf8').replace(`name="${from}"`, `name="${name}"`))
  }
  change?.(folder)
  return folder
}
const offer = (folder) => fs.cpSync(folder, path.join(packages, path.basename(folder)), { recursive: true })
const withdraw = (name) => fs.rmSync(path.join(packages, name), { recursive: true, force: true })
const edit = (file, change) => fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')))

test('a module at the root comes back there only where no other has taken the place', async () => {
  offer(variant('rootless'))
  try {
    await stack.cli('tenant', 'create', 'rooted', '--title', 'Rooted')
    await stack.cli('module', 'install', 'guestbook', '--tenant', 'rooted', '--root')
    await refused(1, /another module is at the root/, ['module', 'install', 'rootless', '--tenant', 'rooted', '--root'])
    await stack.cli('module', 'disable', 'guestbook', '--tenant', 'rooted')
    await stack.cli('module', 'install', 'rootless', '--tenant', 'rooted', '--root')
    await call(['module', 'install', 'guestbook', '--tenant', 'rooted'])
    assert.equal(await sql("SELECT COUNT(*) FROM scopiton.subscription s JOIN scopiton.tenant t ON t.id = s.tenant WHERE t.name = 'rooted' AND s.root = 1 AND s.state = 'on'"), '1')
  } finally {
    await call(['tenant', 'delete', 'rooted', '--yes', 'rooted'])
    withdraw('rootless')
  }
})

// A statement that cannot run, and that is longer than any message.
const longMistake = `CREATE TABLE entry (\n${Array.from({ length: 40 }, (_, i) => `\tcolumn_with_a_long_name_${i} VARCHAR(80) NOT NULL DEFAULT ''`).join(',\n')},\n\tid NOTYPE\n);\n`

test('an install whose migration fails is told, ends, and can be taken away with its tenant', async () => {
  offer(variant('longone', (folder) => fs.writeFileSync(path.join(folder, 'migrations/0001_entry.sql'), longMistake)))
  try {
    await stack.cli('tenant', 'create', 'unlucky', '--title', 'Unlucky')
    const id = await tenantId('unlucky')
    const { code, stderr } = await call(['module', 'install', 'longone', '--tenant', 'unlucky'])
    assert.equal(code, 1)
    assert.match(stderr, /migration '0001_entry\.sql'/)
    const order = await sql(`SELECT state, ended IS NOT NULL FROM scopiton.installer_order WHERE tenant = ${id} AND module = 'longone'`)
    await stack.cli('tenant', 'delete', 'unlucky', '--yes', 'unlucky')
    assert.equal(order, 'failed\t1', 'the order has no end: it is begun again for ever')
    assert.equal(await sql(`SELECT schema_name FROM information_schema.schemata WHERE schema_name REGEXP '^t${id}(_|$)'`), '', 'databases are left')
    assert.equal(await sql(`SELECT user FROM mysql.global_priv WHERE user REGEXP '^t${id}(_|$)'`), '', 'roles are left')
  } finally {
    await call(['tenant', 'delete', 'unlucky', '--yes', 'unlucky'])
    await sql("DELETE FROM scopiton.installer_order WHERE module = 'longone'")
    withdraw('longone')
  }
})

test('a failed install leaves no database or role behind when its tenant is deleted', async () => {
  offer(variant('shortone', (folder) => fs.writeFileSync(path.join(folder, 'migrations/0001_entry.sql'), 'CREATE TABLE entry (id NOTYPE);\n')))
  try {
    await stack.cli('tenant', 'create', 'unlucky', '--title', 'Unlucky')
    const id = await tenantId('unlucky')
    await refused(1, /migration '0001_entry\.sql'/, ['module', 'install', 'shortone', '--tenant', 'unlucky'])
    assert.match(await sql(`SELECT state, message FROM scopiton.installer_order WHERE tenant = ${id} AND module = 'shortone'`), /^failed\t\x02migration '%s': %s: %s\x1f0001_entry\.sql\x1f/)
    await stack.cli('tenant', 'delete', 'unlucky', '--yes', 'unlucky')
    assert.equal(await sql(`SELECT schema_name FROM information_schema.schemata WHERE schema_name REGEXP '^t${id}(_|$)'`), '')
    assert.equal(await sql(`SELECT user FROM mysql.global_priv WHERE user REGEXP '^t${id}(_|$)'`), '')
  } finally {
    await call(['tenant', 'delete', 'unlucky', '--yes', 'unlucky'])
    withdraw('shortone')
  }
})

test('a migration that failed can be corrected and installed', async () => {
  const migration = (text) => offer(variant('mended', (folder) => fs.writeFileSync(path.join(folder, 'migrations/0001_entry.sql'), text)))
  const right = fs.readFileSync(path.join(build, 'modules/guestbook/migrations/0001_entry.sql'), 'utf8')
  try {
    migration(right.replace('VARCHAR(80)', 'VARSHAR(80)'))
    assert.equal((await call(['module', 'install', 'mended', '--tenant', 'acme'])).code, 1)
    migration(right)
    const { code, stderr } = await call(['module', 'install', 'mended', '--tenant', 'acme'])
    assert.equal(code, 0, stderr)
  } finally {
    withdraw('mended')
  }
})

test('a statement that does not fit the tables is told by name, and the module stays off', async () => {
  offer(variant('misfit', (folder) => edit(path.join(folder, 'migrations/0001_entry.sql'), (text) => text.replace('message', 'words'))))
  try {
    await refused(1, /'misfit' does not fit its own schema.*message/, ['module', 'install', 'misfit', '--tenant', 'acme'])
    assert.equal(await sql("SELECT COUNT(*) FROM scopiton.subscription WHERE module = 'misfit'"), '0')
    assert.ok(await serves())
  } finally {
    withdraw('misfit')
  }
})

test('one module that cannot be offered keeps no other from being offered', async () => {
  offer(variant('aaalong', (folder) => edit(path.join(folder, 'module.xml'), (text) => text.replace('>Guestbook<', `>${'long '.repeat(40)}<`))))
  try {
    assert.equal((await call(['migrate'])).code, 0, 'a title that is too long stops the platform')
  } finally {
    withdraw('aaalong')
  }
})

// ---- check ----

test('a sound package is sound, with or without a slash behind its folder', async () => {
  const folder = path.join(build, 'modules/guestbook')
  const { code, stdout } = await call(['check', folder])
  assert.equal(code, 0)
  assert.match(stdout, /^guestbook 1\.0\.0: valid \([0-9a-f]{32}\)/)
  const slash = await call(['check', folder + '/'])
  assert.equal(slash.code, 0, slash.stderr)
  assert.equal(slash.stdout, stdout, 'the same package has the same hash')
})

test('a mistake in module.xml is told with file and line', async () => {
  for (const [change, line, words] of [
    [(text) => text.replace('version="1.0.0"', 'version="1"'), 2, /version/], [(text) => text.replace('<title>', '<title lang="fr">'), 3, /'lang' is not allowed\. Write it once, in English/],
    [(text) => text.replace('</title>', '</titel>'), 3, /title/], [(text) => text.replace('<title>Guestbook</title>', ''), null, /title|summary/],
    [(text) => text.replace('</module>', '<nonsense/></module>'), 10, /nonsense/], [(text) => text.replace('?>\n', '?>\n<!DOCTYPE module [<!ENTITY x "y">]>\n'), null, /DOCTYPE/],
    [(text) => text.slice(0, 300), null, /./], [() => '', null, /./], [(text) => text.replace('name="guestbook"', 'name="guest__book"'), 2, /name/],
    [(text) => text.replace('Guestbook', '&external;'), 3, /external/], [(text) => text + ' '.repeat(210000), null, /larger than/]]) {
    const folder = variant('guestbook', (folder) => edit(path.join(folder, 'module.xml'), change))
    const { code, stderr } = await call(['check', folder])
    assert.equal(code, 1)
    assert.ok(stderr.startsWith(`scopiton: ${folder}/module.xml:${line ? line + ':' : ''}`), stderr)
    assert.match(stderr, words)
    assert.equal(stderr.trimEnd().split('\n').length, 1)
  }
})

test('a package whose shared object is none, or is not there, is refused in a sentence', async () => {
  const elf = fs.readFileSync(path.join(build, 'modules/guestbook/guestbook.so'))
  const noise = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251))
  for (const [bytes, words] of [['', /empty/], ['hello\n', /is not a shared object/], [noise, /is not a shared object/], [elf.subarray(0, 64), /dynamic|cut short|shared object/],
    [elf.subarray(0, elf.length / 2), /dynamic|cut short|shared object/], [Buffer.concat([elf.subarray(0, 64), noise]), /./], [fs.readFileSync(process.execPath).subarray(0, 100000), /./], [null, /cannot be read/]]) {
    const folder = variant('guestbook', (folder) => {
      const file = path.join(folder, 'guestbook.so')
      fs.rmSync(file)
      if (bytes !== null) fs.writeFileSync(file, bytes)
    })
    await refused(1, words, ['check', folder])
  }
  await refused(1, /cannot be read/, ['check', path.join(scratch, 'nothing')])
  await refused(1, /not a plain file/, ['check', variant('guestbook', (folder) => fs.symlinkSync('/etc/passwd', path.join(folder, 'passwd')))])
})

const compile = (folder, code, ...flags) => {
  const source = path.join(scratch, 'x.c')
  fs.writeFileSync(source, code)
  execFileSync('gcc', ['-shared', '-fPIC', '-o', path.join(folder, 'guestbook.so'), source, ...flags])
}

test('a shared object that is no module, or is harmful, is refused in a sentence', async () => {
  const needs = (code, words, ...flags) => refused(1, words, ['check', variant('guestbook', (folder) => compile(folder, code, ...flags))])
  await needs('int x;', /no symbol 'scop_module'/)
  await needs('#include <stdlib.h>\n__attribute__((constructor)) static void f(void) { abort(); }', /ends the process that loads it \(signal 6\)/)
  await needs('__attribute__((constructor)) static void f(void) { *(volatile int *)0 = 1; }', /ends the process that loads it \(signal 11\)/)
  // Its own word counts for nothing, nor does what section headers say; it cannot use up memory.
  await needs('#include <unistd.h>\n__attribute__((constructor)) static void f(void) { if (write(0, "sound x", 7) == 7) _exit(0); }', /is not what its code reports when it is loaded: .*no symbol 'scop_module'/)
  await needs('#include <stdlib.h>\n#include <sys/mman.h>\n__attribute__((constructor)) static void f(void) { if (mmap(NULL, 3ul << 30, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) abort(); }', /ends the process that loads it \(signal 6\)/)
  await needs('#include <unistd.h>\n__attribute__((constructor)) static void f(void) { if (write(0, "sound x", 7) == 7) for (;;) sleep(9); }', /ends the process that loads it \(signal 9\)|sound x/)
  await refused(1, /a search path of its own/, ['check', variant('guestbook', (folder) => {
    compile(folder, 'int x;', '-Wl,-rpath,/tmp')
    const file = path.join(folder, 'guestbook.so'), bytes = fs.readFileSync(file), at = Number(bytes.readBigUInt64LE(40))
    for (let i = 0; i < bytes.readUInt16LE(60); i++) if (bytes.readUInt32LE(at + i * 64 + 4) === 6) bytes.writeBigUInt64LE(0n, at + i * 64 + 32)
    fs.writeFileSync(file, bytes)
  })])
  await needs('void nowhere(void); void f(void) { nowhere(); }', /cannot be loaded.*nowhere/)
  await needs('unsigned scop_module[16] = { 1 };', /a descriptor of the API 0\.1, this host has \d+\.\d+/)
  await needs('int x;', /needs the library 'libz|libdl|libpthread|libutil|libmariadb/, '-Wl,--no-as-needed', `${execFileSync('gcc', ['-print-file-name=libmariadb.so']).toString().trim()}`)
})

test('checking a package lets its code write no file', async () => {
  const trace = path.join(scratch, 'trace')
  const folder = variant('guestbook', (folder) => compile(folder,
    `#include <fcntl.h>\n#include <unistd.h>\n__attribute__((constructor)) static void f(void) { close(open("${trace}", O_CREAT | O_WRONLY, 0600)); }`))
  await call(['check', folder])
  assert.ok(!fs.existsSync(trace), 'the trial load runs with the installer\'s rights')
})

// ---- new, login, doctor ----

test('a new module gets a sound name, its own folder, and nothing of its model\'s name', async () => {
  const place = path.join(scratch, 'sources')
  fs.cpSync(path.join(root, 'modules/guestbook'), path.join(place, 'modules/guestbook'), { recursive: true })
  for (const name of ['', 'ab', 'Abc', '1abc', '_abc', 'abc_', 'a__b', 'a-b', 'a.b', '../x', 'a b', 'é'.repeat(3), 'x'.repeat(25)])
    await refused(1, /module name '[^]*' is not 3 to 24/, ['new', 'module', name], { cwd: place })
  await refused(1, /already exists/, ['new', 'module', 'guestbook', '--scop', 'outils'], { cwd: place })
  await refused(1, /'modules\/guestbook' is not here/, ['new', 'module', 'notes', '--scop', 'outils'], { cwd: scratch })
  assert.deepEqual(fs.readdirSync(path.join(place, 'modules')), ['guestbook'])
  const { code } = await call(['new', 'module', 'notes_2', '--scop', 'outils'], { cwd: place })
  assert.equal(code, 0)
  const files = fs.readdirSync(path.join(place, 'modules/notes_2'), { recursive: true }).map(String)
  for (const file of ['notes_2.c', 'notes_2.sql', 'module.xml', 'views/list.html', 'i18n/fr.po', 'migrations/0001_entry.sql']) assert.ok(files.includes(file), file)
  for (const file of files) {
    assert.doesNotMatch(file, /guestbook/)
    const full = path.join(place, 'modules/notes_2', file)
    if (fs.statSync(full).isFile()) assert.doesNotMatch(fs.readFileSync(full, 'utf8'), /guestbook|Guestbook/, file)
  }
})

test('a sign-in link is for a role that the tenant has', async () => {
  assert.match(await stack.cli('login', 'acme', 'owner'), new RegExp(`^http://acme-portal\\.localhost:${stack.port}/portal/sign-in/[0-9a-f]{32}\n$`))
  const before = await sql(`SELECT COUNT(*) FROM t${await tenantId('acme')}.member`)
  for (const role of ['nobody', '', "o'x", 'owner2', '%']) await refused(1, /has no role '/, ['login', 'acme', role])
  await refused(1, /no tenant 'nobody'/, ['login', 'nobody', 'owner'])
  assert.equal(await sql(`SELECT COUNT(*) FROM t${await tenantId('acme')}.member`), before)
})

test('doctor is 0 on a sound machine, and 1 with a fault told', async () => {
  const { code, stdout } = await call(['doctor'])
  assert.match(stdout, /note .*'development = yes': error pages show their cause, and everybody may sign in/)
  assert.equal(code, 0, stdout)
  assert.match(stdout, /note .*MariaDB's temporary files, in '\S+', are on the disk of its data/)
  assert.doesNotMatch(stdout, /trusted_proxies/, 'without https there is no proxy to trust')
  assert.match(stdout, /^ok +MariaDB \d+/m)
  assert.doesNotMatch(stdout, /^fault/m)
  const conf = fs.readFileSync(path.join(stack.folder, 'scopiton.conf'), 'utf8')
  const file = path.join(scratch, 'ill.conf')
  for (const [from, to] of [[/^webroot = .*/m, 'webroot = /nonexistent'], [/^db_socket = .*/m, 'db_socket = /nonexistent'], [/^port = .*/m, 'nginx_group = nogrouplikethis']]) {
    fs.writeFileSync(file, conf.replace(from, to))
    const ill = await call(['doctor'], { config: file })
    assert.equal(ill.code, 1, to)
    assert.match(ill.stdout, /^fault +.*(nonexistent|nogrouplikethis)/m)
  }
  fs.writeFileSync(file, conf.replace(/^https = .*/m, 'https = yes'))
  assert.match((await call(['doctor'], { config: file })).stdout, /^note +no 'trusted_proxies': all visitors .* are one sender/m)
  assert.doesNotMatch(stdout, /max_prepared_stmt_count/)
  fs.writeFileSync(file, `${conf}workers = 400\n`)
  assert.match((await call(['doctor'], { config: file })).stdout, /^note +max_prepared_stmt_count is 100000: .*Set it to 120000 or more/m)
  assert.equal((await call(['doctor'], { config: '/nonexistent' })).code, 1)
})
