// SPDX-License-Identifier: EUPL-1.2
// Archives made by somebody hostile: bombs, files that are none, SQL without end or with traces outside of its tables.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { root, start, until } from '../support/stack.mjs'

const SECONDS = 8
let stack, archive, top
before(async () => {
  stack = await start({ config: [`import_seconds = ${SECONDS}`] })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
  archive = (await stack.cli('tenant', 'export', 'acme')).trim().split('\n').pop()
  top = execFileSync('tar', ['--zstd', '-tf', archive], { encoding: 'utf8' }).split('/')[0]
})
after(async () => { await stack?.stop() })

const NAMES = ['--name', 'evil', '--host', 'evil.localhost', '--portal-host', 'evil-portal.localhost']
const refused = (promise, words) => assert.rejects(promise, (error) => (assert.match(error.stderr, words), true))
const resum = (folder, name) => execFileSync('bash', ['-c', `sed -i "\\|  ${name}$|d" SHA256SUMS; sha256sum ${name} >> SHA256SUMS`], { cwd: folder })

function unpacked () {
  const folder = path.join(fs.mkdtempSync(path.join(stack.folder, 'spoilt-')), top)
  execFileSync('tar', ['--zstd', '-xf', archive, '-C', path.dirname(folder)])
  return folder
}

async function nothingLeft () {
  assert.equal(await stack.sql("SELECT COUNT(*) FROM scopiton.tenant WHERE name = 'evil' OR state <> 'whole'"), '0')
  assert.equal(await stack.sql("SELECT COUNT(*) FROM mysql.user WHERE User LIKE 'scop\\_run%'"), '0')
  assert.equal(await stack.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user LIKE 'scop\\_run%'"), '0')
  assert.equal(await stack.sql("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name IN ('scop_staging', 'scop_reference') OR (schema_name REGEXP '^t[0-9]+' AND CAST(SUBSTRING(schema_name, 2) AS UNSIGNED) NOT IN (SELECT id FROM scopiton.tenant))"), '0')
  assert.equal(await stack.sql('XA RECOVER'), '')
  assert.deepEqual(fs.readdirSync(path.join(stack.folder, 'imports')), [])
}

// Changes an unpacked archive and imports it, as a folder or packed again with these options of tar.
async function spoil (words, change, tar) {
  const folder = unpacked()
  change(folder)
  const file = `${folder}.tar.zst`
  if (tar) execFileSync('tar', [...tar, '--zstd', '-cf', file, '-C', path.dirname(folder), ...execFileSync('find', [top, '!', '-type', 'd'], { cwd: path.dirname(folder), encoding: 'utf8' }).trim().split('\n')])
  await refused(stack.cli('tenant', 'import', tar ? file : folder, ...NAMES), words)
  fs.rmSync(path.dirname(folder), { recursive: true })
  await nothingLeft()
}
const sql = (words, file, text) => spoil(words, (folder) => { fs.appendFileSync(path.join(folder, file), `\n${text};\n`); resum(folder, file) })

test('an archive that unpacks to far more than it is, or to too many files, is refused', async () => {
  fs.mkdirSync(path.join(stack.folder, 'imports'), { recursive: true })
  const large = (size) => (folder) => fs.truncateSync(fs.openSync(path.join(folder, 'data/more.sql'), 'w'), size)
  await spoil(/unpacks to more than its size allows/, (folder) => { // of a small archive, without programs
    for (const name of ['host', 'packages']) fs.rmSync(path.join(folder, name), { recursive: true })
    execFileSync('dd', ['if=/dev/zero', `of=${path.join(folder, 'data/more.sql')}`, 'bs=1M', 'count=250', 'status=none'])
  }, [])
  await spoil(/something other than plain files/, large(2 ** 40), ['--sparse'])
  await spoil(/unpacks to more than its size allows/, large(2 ** 40))
  const many = (folder) => { for (let i = 0; i < 2001; i++) fs.writeFileSync(path.join(folder, 'data', `${i}.sql`), '') }
  await spoil(/has more than 2000 files/, many, [])
  await spoil(/has more than 2000 files/, many)
})

test('only plain files inside the archive are read, and each is named', async () => {
  const named = (folder, name, file) => fs.appendFileSync(path.join(folder, 'SHA256SUMS'), execFileSync('sha256sum', [file], { encoding: 'utf8' }).slice(0, 66) + name + '\n')
  await spoil(/has 'data\/pipe', which is not a plain file/, (folder) => { execFileSync('mkfifo', [path.join(folder, 'data/pipe')]); fs.appendFileSync(path.join(folder, 'SHA256SUMS'), `${'0'.repeat(64)}  data/pipe\n`) })
  await spoil(/something other than plain files/, (folder) => execFileSync('mkfifo', [path.join(folder, 'data/pipe')]), [])
  await spoil(/something other than plain files/, (folder) => fs.symlinkSync('/etc/passwd', path.join(folder, 'data/link')), [])
  await spoil(/has 'data\/link', which is not a plain file/, (folder) => { fs.symlinkSync('/etc/passwd', path.join(folder, 'data/link')); named(folder, 'data/link', '/etc/passwd') })
  await spoil(/has 'tables\/x', which is not a plain file/, (folder) => { fs.symlinkSync('/etc', path.join(folder, 'tables/x')); named(folder, 'tables/x/passwd', '/etc/passwd') })
  await spoil(/SHA256SUMS names '\.\.[^']*passwd', which is not a file of the archive/, (folder) => named(folder, '../../../../../../../../etc/passwd', '/etc/passwd'))
  await spoil(/SHA256SUMS names 'README\.md' twice/, (folder) => named(folder, 'README.md', path.join(folder, 'README.md')))
  await spoil(/'tables\/more\.md' was added after the archive was written/, (folder) => fs.writeFileSync(path.join(folder, 'tables/more.md'), ''))
})

test('an archive is read without the lock: others install meanwhile', async () => {
  const alive = 'archives'.padEnd(32, 'x')
  const holder = stack.sql(`SELECT GET_LOCK('${alive}', 5), SLEEP(600)`, { user: 'scopiton', password: fs.readFileSync(path.join(stack.folder, 'secrets/.db'), 'utf8').trim() }).catch(() => {})
  await until('it is connected', async () => await stack.sql(`SELECT IS_USED_LOCK('${alive}') IS NOT NULL`) === '1')
  const other = await stack.sql(`SELECT IS_USED_LOCK('${alive}')`)
  await stack.sql(`UPDATE scopiton.lease SET fence = fence + 1, connection = ${other}, alive = '${alive}', expires = UTC_TIMESTAMP() + INTERVAL 1 DAY WHERE name = 'installer'`)
  await spoil(/'data\/more\.sql' was added/, (folder) => fs.writeFileSync(path.join(folder, 'data/more.sql'), ''))
  assert.equal(await stack.sql(`SELECT connection FROM scopiton.lease WHERE alive = '${alive}'`), other, 'it is still held')
  await stack.sql(`KILL ${other}`)
  await holder
})

test('SQL without end is ended: by its own limit, by the clock, and with the process that runs it', async () => {
  const began = Date.now()
  await sql(/cannot be imported: mariadb ended/, 'data/guestbook.sql', 'SELECT SLEEP(100000)')
  await sql(/cannot be imported: mariadb ended with status -1/, 'data/guestbook.sql', 'SET max_statement_time = 0; SELECT SLEEP(100000)')
  assert.ok(Date.now() - began < 60000)
  const folder = unpacked()
  fs.appendFileSync(path.join(folder, 'data/guestbook.sql'), '\nSET max_statement_time = 0; SELECT SLEEP(100000);\n')
  resum(folder, 'data/guestbook.sql')
  const clients = () => fs.readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).filter((pid) => { try { return /^mariadb\0.*--user=scop_run_/.test(fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')) && fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(stack.folder) } catch { return false } })
  const child = spawn(path.join(root, 'build/libexec/scopiton'), ['tenant', 'import', folder, ...NAMES], { stdio: 'ignore', env: { ...process.env, SCOPITON_CONFIG: path.join(stack.folder, 'scopiton.conf') } })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await until('it sleeps', async () => (await stack.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP(100000)%'")) === '1')
  child.kill('SIGKILL')
  await ended
  await until('its client is gone', () => clients().length === 0, 2)
  await stack.cli('tenant', 'export', 'acme') // the next to hold the lock ends what MariaDB still runs
  await nothingLeft()
})

test('transactions that outlive their connection are rolled back', async () => {
  const prepare = (table) => `XA START 'a', 'b\\'c'; INSERT INTO ${table} (name, message, created) VALUES ('x', 'y', NOW()); XA END 'a', 'b\\'c'; XA PREPARE 'a', 'b\\'c'`
  await sql(/it leaves a prepared transaction/, 'data/guestbook.sql', `UNLOCK TABLES; ${prepare('entry')}`)
  await stack.sql(prepare(`t${await stack.sql("SELECT id FROM scopiton.tenant WHERE name = 'acme'")}_guestbook.entry`), { user: 'scopiton', password: fs.readFileSync(path.join(stack.folder, 'secrets/.db'), 'utf8').trim() })
  assert.notEqual(await stack.sql('XA RECOVER'), '')
  await stack.cli('tenant', 'export', 'acme')
  await nothingLeft()
})

test('no table, key or file outside of what a socle or a module has', async () => {
  await sql(/1 tables and 1 foreign keys that a socle does not have/, 'data/socle.sql', 'CREATE TABLE pin (held CHAR(64), FOREIGN KEY (held) REFERENCES session (token_hash))')
  await sql(/0 tables and 1 foreign keys that a socle does not have/, 'data/socle.sql', 'ALTER TABLE api_key ADD FOREIGN KEY (token_hash) REFERENCES session (token_hash)')
  const elsewhere = path.join(stack.folder, 'elsewhere')
  fs.mkdirSync(elsewhere)
  fs.chmodSync(elsewhere, 0o777)
  await sql(/something other than plain tables/, 'data/guestbook.sql', `CREATE TABLE p (a INT) PARTITION BY HASH (a) (PARTITION p0 DATA DIRECTORY = '${elsewhere}', PARTITION p1 DATA DIRECTORY = '${elsewhere}')`)
  assert.deepEqual(fs.readdirSync(elsewhere), [])
  await sql(/something other than plain tables/, 'data/guestbook.sql', `CREATE TABLE d (a INT) DATA DIRECTORY = '${elsewhere}'`)
  assert.deepEqual(fs.readdirSync(elsewhere), [])
  await sql(/something other than plain tables/, 'data/queue.sql', 'CREATE TABLE p (a INT) PARTITION BY HASH (a) PARTITIONS 2')
})

test('a tenant whose sessions cannot be ended keeps none alive at the others', async () => {
  const ids = []
  for (const name of ['one', 'two', 'three']) {
    await stack.cli('tenant', 'create', name, '--title', name)
    ids.push(await stack.sql(`SELECT id FROM scopiton.tenant WHERE name = '${name}'`))
  }
  await stack.sql("INSERT INTO account.person (mail, name, language, password) VALUES ('p@example.com', 'P', 'en', '')")
  const person = await stack.sql("SELECT id FROM account.person WHERE mail = 'p@example.com'")
  for (const id of ids) await stack.sql(`INSERT INTO t${id}.member (name, mail, language, person) VALUES ('P', 'p@example.com', 'en', ${person}); INSERT INTO t${id}.session (token_hash, member, expires) VALUES ('${'a'.repeat(64)}', LAST_INSERT_ID(), '2099-01-01')`)
  await stack.sql(`CREATE TABLE t${ids[1]}.pin (held CHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci, FOREIGN KEY (held) REFERENCES t${ids[1]}.session (token_hash)); INSERT INTO t${ids[1]}.pin VALUES ('${'a'.repeat(64)}')`)
  await stack.sql(`INSERT INTO scopiton.installer_order (tenant, kind, person, actor) VALUES (${ids[0]}, 'sign-out', ${person}, 'P')`)
  await until('it is carried out', async () => (await stack.sql("SELECT state FROM scopiton.installer_order WHERE kind = 'sign-out'")) === 'failed', 20)
  assert.match(await stack.sql("SELECT message FROM scopiton.installer_order WHERE kind = 'sign-out'"), /the sessions at %zu of %zu companies could not be ended[^\x1f]*\x1f1\x1f/)
  assert.equal(await stack.sql(`SELECT COUNT(*) FROM t${ids[1]}.session`), '1')
  assert.equal(await stack.sql(`SELECT COUNT(*) FROM t${ids[2]}.session`), '0')
})
