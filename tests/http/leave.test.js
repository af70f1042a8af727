// SPDX-License-Identifier: EUPL-1.2
// Leaving: a whole tenant in one archive, imported elsewhere page for page and row for row, or started alone; and deleted here.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { codeOf } from '../support/codes.mjs'
import { root, start, until } from '../support/stack.mjs'

let here, there, archive
// Everything by which somebody gets in: no archive has any of it.
const secrets = {}
const PASSWORD = 'a rather long sentence 7'
const PAGES = ['/fr/', '/fr/shop/', '/fr/guestbook/']

before(async () => {
  here = await start({ mail: true })
  await here.cli('tenant', 'create', 'other', '--title', 'Other')
  await here.cli('tenant', 'create', 'acme', '--title', 'Acme & Söhne', '--language', 'fr', '--country', 'LU')
  await here.cli('module', 'install', 'shop', '--tenant', 'acme', '--root')
  await here.cli('module', 'install', 'guestbook', '--tenant', 'acme')
  await here.cli('import', 'shop', 'products', path.join(root, 'modules/shop/demo/laboucle/products.csv'), ...fs.readdirSync(path.join(root, 'modules/shop/demo/laboucle')).filter((name) => name.endsWith('.svg')).map((name) => path.join(root, 'modules/shop/demo/laboucle', name)), '--tenant', 'acme')
  for (let i = 0; i < 3; i++) await here.request('acme.localhost', '/fr/guestbook/', { form: { _key: await here.key('acme.localhost', '/fr/guestbook/'), name: `N°${i} "; DROP`, message: 'USE `t1`;\nélan 🚲' } })
  await here.setUp('acme-portal.localhost', await here.signIn('acme'), 'owner@example.com', PASSWORD)
  await makeSecrets()
})

// A second step, an API key, and links that wait: some of them of a person who is also a member of another tenant.
async function makeSecrets () {
  const portal = 'acme-portal.localhost', headers = { Cookie: await here.signIn('acme') }
  const post = async (page, url, form) => here.request(portal, url, { headers, form: { _key: await here.key(portal, page, headers, url), ...form } })
  const page = (await here.request(portal, '/portal/account/second', { headers })).body, [, plain] = page.match(/<strong class="num">([A-Z2-7]{32})</)
  const on = await post('/portal/account/second', '/portal/account/second', { secret: page.match(/name="secret" value="([0-9a-f]+)"/)[1], code: codeOf(plain), current: PASSWORD })
  const codes = [...on.body.matchAll(/<li class="num">([a-z2-7]{10})<\/li>/g)].map(([, code]) => code)
  const [key] = (await post('/portal/keys', '/portal/keys', { name: 'Program', days: '30', 'may.shop.orders': '1' })).body.match(/scop_[a-z2-7]{40}/)
  await here.sql(`INSERT INTO t2.audit (role, name, what, about, details) VALUES ('t2_shop', 'Ada', 'Set the amount for free delivery', '150.00 EUR', '{"cents":15000,"currency":"EUR"}')`)
  const link = (await here.cli('login', 'acme', 'owner')).trim().split('/').pop()
  await here.sql(`INSERT INTO t1.member (name, mail, language, person) SELECT name, mail, 'fr', id FROM account.person;
    INSERT INTO t2.invitation (token_hash, member, expires) SELECT SHA2('a', 256), id, '2099-01-01' FROM t2.member LIMIT 1;
    INSERT INTO queue.mail (role, recipient, sender_name, subject, html, secret, run_at) VALUES ('t2_portal', 'owner@example.com', 'Acme', 'Waits', 'link waiting-hawser-7261', 1, UTC_TIMESTAMP() + INTERVAL 1 DAY);
    INSERT INTO queue.attachment (role, mail, name, type, bytes) VALUES ('t2_portal', LAST_INSERT_ID(), 'a.txt', 'text/plain', 'attached-capstan-9083')`)
  const rows = async (sql) => (await here.sql(sql)).split('\n').filter(Boolean)
  Object.assign(secrets, { 'TOTP secret': [plain], 'recovery codes': codes, 'API key': [key], 'sign-in link': [link], cookie: [headers.Cookie.split('=')[1]],
    passwords: await rows('SELECT password FROM account.person'), 'sealed TOTP': await rows('SELECT CONVERT(totp USING ascii) FROM account.person WHERE totp IS NOT NULL'), recovery: await rows('SELECT code_hash FROM account.recovery'),
    'mails with links': ['waiting-hawser-7261', 'attached-capstan-9083'], 'secrets of the host': fs.readdirSync(path.join(here.folder, 'secrets')).flatMap((name) => fs.readFileSync(path.join(here.folder, 'secrets', name), 'latin1').trim().split('\n')) })
  for (const table of ['session', 'sign_in', 'invitation', 'api_key']) secrets[table] = await rows(`SELECT token_hash FROM t2.${table}`)
  for (const [what, list] of Object.entries(secrets)) assert.ok(list.length > 0 && list.every((text) => text.length >= 10), what)
}

// Which of the texts some file below the folder holds, plain or as mariadb-dump writes bytes.
function foundIn (folder, texts) {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => fs.readFileSync(path.join(entry.parentPath ?? entry.path, entry.name)))
  return texts.filter((text) => [text, Buffer.from(text).toString('hex'), Buffer.from(text).toString('hex').toUpperCase()].some((form) => files.some((file) => file.includes(form))))
}
after(async () => { await here?.stop(); await there?.stop() })

const refused = (promise, words) => assert.rejects(promise, (error) => (assert.match(error.stderr, words), true))
const same = (body) => body.replace(/name="_key" value="[^"]+"/g, '')

// Every row of every table of the tenant, as MariaDB's own checksum, by name without the tenant's number.
async function checksums (stack) {
  const id = await stack.sql("SELECT id FROM scopiton.tenant WHERE name = 'acme'")
  const tables = (await stack.sql(`SELECT CONCAT(table_schema, '.', table_name) FROM information_schema.tables WHERE table_schema REGEXP '^t${id}(_|$)' AND table_type = 'BASE TABLE' AND table_name NOT IN ('scop_migration', 'sign_in', 'session', 'invitation', 'api_key', 'member', 'audit') ORDER BY 1`)).split('\n')
  return Object.fromEntries((await Promise.all(tables.map(async (table) => [table.replace(/^t\d+/, 't'), (await stack.sql(`SELECT COUNT(*) FROM ${table}; CHECKSUM TABLE ${table}`)).replace(/\n.*\t/, '\t')]))))
}

test('all of it is written out while it is used, and the archive says what it holds', async () => {
  let going = true
  const wrong = []
  const reading = (async () => { while (going) { const { status } = await here.request('acme.localhost', '/fr/'); if (status !== 200) wrong.push(status) } })()
  archive = (await here.cli('tenant', 'export', 'acme')).trim().split('\n').pop()
  going = false
  await reading
  assert.deepEqual(wrong, [])
  assert.equal(fs.statSync(archive).mode & 0o777, 0o600)
  const names = execFileSync('tar', ['--zstd', '-tf', archive], { encoding: 'utf8' })
  for (const name of ['README.md', 'run', 'tenant.json', 'persons.json', 'SHA256SUMS', 'data/socle.sql', 'data/shop.sql', 'data/guestbook.sql', 'data/queue.sql', 'tables/shop.md', 'packages/shop/shop.so', 'packages/portal/portal.so', 'host/build/libexec/scopiton', 'host/nginx/scopiton.conf.in']) assert.match(names, new RegExp(`/${name}$`, 'm'))
  const folder = path.join(here.folder, 'taken')
  fs.mkdirSync(folder)
  execFileSync('tar', ['--zstd', '-xf', archive, '-C', folder, '--strip-components=1'])
  assert.match(execFileSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' }), /^$/)
  assert.match(fs.readFileSync(path.join(folder, 'tables/shop.md'), 'utf8'), /## product\n/)
  assert.deepEqual(foundIn(folder, ['owner@example.com', Buffer.from('owner@example.com').toString('latin1')]).length, 2, 'it finds what is there')
  for (const [what, list] of Object.entries(secrets)) assert.deepEqual(foundIn(folder, list), [], what)
  const portal = path.join(here.folder, 'taken-portal')
  fs.mkdirSync(portal)
  execFileSync('tar', ['--zstd', '-xf', (await here.cli('tenant', 'export', 'acme', '--module', 'portal')).trim(), '-C', portal, '--strip-components=1'])
  for (const [what, list] of Object.entries(secrets)) assert.deepEqual(foundIn(portal, list), [], `of the portal alone: ${what}`)
  assert.throws(() => execFileSync('grep', ['-rl', 'Other', path.join(folder, 'data'), path.join(folder, 'persons.json')]), 'nothing of another tenant')
})

test('taken in on an empty host, it is the same page for page and row for row', async () => {
  const [pages, rows] = [await Promise.all(PAGES.map((url) => here.request('acme.localhost', url))), await checksums(here)]
  there = await start({ mail: true })
  await there.cli('tenant', 'import', archive)
  await until('it serves', async () => (await there.request('acme.localhost', '/fr/')).status === 200)
  assert.match(await there.cli('tenant', 'show', 'acme'), /^country +LU$/m)
  for (const [i, url] of PAGES.entries()) {
    const answer = await there.request('acme.localhost', url)
    assert.equal(answer.status, pages[i].status)
    assert.equal(same(answer.body), same(pages[i].body), url)
  }
  assert.deepEqual(await checksums(there), rows)
  assert.equal(await there.sql("SELECT id FROM scopiton.tenant WHERE name = 'acme'"), await here.sql("SELECT id FROM scopiton.tenant WHERE name = 'acme'"), 'the number was free')
  for (const sql of ['SELECT id, name, mail, language, zone, created FROM t2.member ORDER BY id', 'SELECT id, at, role, module, member, name, what, about, details FROM t2.audit ORDER BY id']) assert.equal(await there.sql(sql), await here.sql(sql))
  assert.match(await there.sql("SELECT GROUP_CONCAT(details) FROM t2.audit"), /"currency":"EUR"/, 'amounts with their types')
  // The password stays where it was: here nobody has one until an invitation is taken.
  const signIn = async (password) => there.request('acme-portal.localhost', '/portal/sign-in', { form: { _key: await there.key('acme-portal.localhost', '/portal/sign-in'), mail: 'owner@example.com', password } })
  assert.equal((await signIn(PASSWORD)).headers['set-cookie'], undefined)
  assert.equal(await there.sql('SELECT COUNT(*) FROM account.person'), '0')
  assert.match(await there.cli('tenant', 'invite', 'acme'), /^1 invitations are on their way$/m)
  const link = await until('the invitation', async () => (await there.mails()).flatMap(({ to, html }) => to.includes('owner@example.com') ? html.match(/\/portal\/invitation\/[a-z2-7]+/g) ?? [] : [])[0], 20)
  assert.equal((await there.request('acme-portal.localhost', link, { form: { _key: await there.key('acme-portal.localhost', link), password: 'another sentence of 2026' } })).status, 303)
  const { headers, status } = await signIn('another sentence of 2026')
  assert.equal(status, 303)
  assert.match(headers['set-cookie'][0], /^sid=/)
  assert.match(await there.cli('tenant', 'invite', 'acme'), /^0 invitations/m)
  // And it goes on: an entry, an order's number, a settings page.
  assert.equal((await there.request('acme.localhost', '/fr/guestbook/', { form: { _key: await there.key('acme.localhost', '/fr/guestbook/'), name: 'New', message: 'here' } })).status, 303)
  await refused(there.cli('tenant', 'import', archive), /a tenant 'acme' already exists/)
  await there.cli('tenant', 'import', archive, '--name', 'acme2', '--host', 'acme2.localhost', '--portal-host', 'acme2-portal.localhost')
  await until('it serves', async () => (await there.request('acme2.localhost', '/fr/guestbook/')).status === 200)
})

test('an archive that was changed, cut or made by somebody hostile takes nothing over', async () => {
  const spoil = async (words, change, ...more) => {
    const folder = fs.mkdtempSync(path.join(here.folder, 'spoilt-'))
    execFileSync('tar', ['--zstd', '-xf', archive, '-C', folder, '--strip-components=1'])
    change(folder, (name) => execFileSync('bash', ['-c', `sed -i "\\|  ${name}$|d" SHA256SUMS; sha256sum ${name} >> SHA256SUMS`], { cwd: folder }))
    await refused(there.cli('tenant', 'import', folder, '--name', 'evil', '--host', 'evil.localhost', '--portal-host', 'evil-portal.localhost', ...more), words)
    assert.equal(await there.sql("SELECT COUNT(*) FROM scopiton.tenant WHERE name = 'evil'"), '0')
    assert.equal(await there.sql("SELECT COUNT(*) FROM mysql.user WHERE User LIKE 'scop\\_run%'"), '0')
    fs.rmSync(folder, { recursive: true })
  }
  const append = (folder, name, text) => fs.appendFileSync(path.join(folder, name), text)
  await spoil(/'data\/shop\.sql' was changed after the archive was written/, (folder) => append(folder, 'data/shop.sql', '-- x'))
  await spoil(/'data\/added\.sql' was added after the archive was written/, (folder) => fs.writeFileSync(path.join(folder, 'data/added.sql'), ''))
  await spoil(/'persons\.json' was added after the archive was written/, (folder) => execFileSync('sed', ['-i', '/ persons.json$/d', 'SHA256SUMS'], { cwd: folder }))
  await spoil(/SHA256SUMS names '\.\.[^']*zero', which is not a file of the archive/, (folder) => append(folder, 'SHA256SUMS', `${'0'.repeat(64)}  ../../../../../../dev/zero\n`))
  const marker = path.join(here.folder, 'taken-over')
  await spoil(/cannot be imported/, (folder, resum) => { append(folder, 'data/shop.sql', `\n\\! touch ${marker}\nUPDATE scopiton.tenant SET title = 'taken';\n`); resum('data/shop.sql') })
  await spoil(/cannot be imported/, (folder, resum) => { append(folder, 'data/socle.sql', "\nSELECT 1 INTO OUTFILE '/tmp/scopiton-taken';\n"); resum('data/socle.sql') })
  assert.ok(!fs.existsSync(marker))
  // Nothing that runs by itself with our rights, no name that ends our statement, no file of this machine.
  for (const [file, sql] of [['data/queue.sql', "DROP TABLE outbox; CREATE SQL SECURITY INVOKER VIEW outbox AS SELECT 't1_x' AS role"], ['data/socle.sql', 'CREATE FUNCTION f() RETURNS INT RETURN 1'],
    ['data/guestbook.sql', 'CREATE TRIGGER t BEFORE INSERT ON entry FOR EACH ROW SET @a = 1'], ['data/guestbook.sql', 'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1'],
    ['data/guestbook.sql', "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE entry"], ['data/guestbook.sql', 'GRANT ALL ON *.* TO x@localhost'], ['data/guestbook.sql', 'CREATE TABLE mysql.x (a INT)'], ['data/socle.sql', 'CREATE TABLE s (a TEXT DEFAULT (LOAD_FILE("/etc/passwd")))']]) await spoil(/cannot be imported: mariadb ended/, (folder, resum) => { append(folder, file, `\n${sql};\n`); resum(file) })
  for (const [file, sql] of [['data/guestbook.sql', 'CREATE TABLE `v`` TO scop_staging.w, account.person TO scop_staging.z#` (x INT)'],
    ['data/guestbook.sql', 'CREATE TABLE m (a INT) ENGINE=MyISAM'], ['data/guestbook.sql', 'CREATE TABLE c (`a``b` INT)'], ['data/queue.sql', 'CREATE TABLE `o``o` (a INT)']]) await spoil(/contains something other than plain tables/, (folder, resum) => { append(folder, file, `\n${sql};\n`); resum(file) })
  await spoil(/this host does not know the archive's package of 'guestbook'/, (folder, resum) => { append(folder, 'packages/guestbook/README.md', 'other'); resum('packages/guestbook/README.md') })
  const old = (folder, resum) => {
    const file = path.join(folder, 'packages/guestbook/guestbook.so')
    fs.writeFileSync(file, fs.readFileSync(file, 'latin1').replace(/SCOPITON_\d\.\d\0/, 'SCOPITON_1.0\0'), 'latin1')
    resum('packages/guestbook/guestbook.so')
  }
  await spoil(/guestbook\.so' was built for the API version SCOPITON_1\.0, this host has SCOPITON_2\.\d\. Build the module again/, old, '--with-packages')
  await spoil(/the module 'portal' of the scop 'scopiton' asks for rights that were not granted to it: portal, accounts, orders, writes/,
    (folder, resum) => { append(folder, 'packages/portal/module.xml', '<!-- another -->\n'); resum('packages/portal/module.xml') }, '--with-packages')
  await spoil(/the archive has format 99/, (folder, resum) => { const file = path.join(folder, 'tenant.json'); fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"format":1', '"format":99')); resum('tenant.json') })
  fs.writeFileSync(path.join(here.folder, 'cut.tar.zst'), fs.readFileSync(archive).subarray(0, 100000))
  await refused(there.cli('tenant', 'import', path.join(here.folder, 'cut.tar.zst'), '--name', 'evil', '--host', 'e.localhost', '--portal-host', 'f.localhost'), /is not an archive of a tenant, or is damaged/)
  await refused(there.cli('tenant', 'import', '/etc/hostname'), /is not an archive of a tenant/)
})

test('an archive does not say who operates here, which number it has, whose work it brings, or who its members are', async () => {
  const folder = fs.mkdtempSync(path.join(here.folder, 'bold-'))
  execFileSync('tar', ['--zstd', '-xf', archive, '-C', folder, '--strip-components=1'])
  const resum = (name) => execFileSync('bash', ['-c', `sed -i "\\|  ${name}$|d" SHA256SUMS; sha256sum ${name} >> SHA256SUMS`], { cwd: folder })
  const person = await there.sql("SELECT id FROM account.person WHERE mail = 'owner@example.com'")
  const description = path.join(folder, 'tenant.json')
  fs.writeFileSync(description, fs.readFileSync(description, 'utf8').replace('"operates":false', '"operates":true').replace(/"tenant":\d+/, '"tenant":4294967295'))
  fs.appendFileSync(path.join(folder, 'data/queue.sql'), "\nINSERT INTO outbox (id, role, name, body, run_at) VALUES (900001, 't9_other', 'theirs', '{}', '2099-01-01'), (900002, 't9_guestbook', 'ours', '{}', '2099-01-01');\nSET sql_mode = '';\nINSERT INTO outbox (id, role, name, body, run_at, created) VALUES (900003, 't9_guestbook', 'undated', '{}', '0000-00-00', '0000-00-00');\n")
  const column = '`person` bigint(20) unsigned DEFAULT NULL', socleFile = path.join(folder, 'data/socle.sql')
  assert.ok(fs.readFileSync(socleFile, 'utf8').includes(column))
  fs.writeFileSync(socleFile, fs.readFileSync(socleFile, 'utf8').replace(column, column.replace('NULL', person)))
  // As 0.1.0 wrote it: a password that the maker of the archive knows, for somebody new and for somebody who is a member elsewhere.
  const planted = { language: 'en', password: secrets.passwords[0], totp: secrets['TOTP secret'][0], recovery: JSON.stringify(secrets.recovery) }
  fs.writeFileSync(path.join(folder, 'persons.json'), JSON.stringify([{ id: 1, mail: 'boss@future.example', name: 'Boss', ...planted }, { id: Number(person), mail: 'owner@example.com', name: 'Owner', ...planted }]))
  resum('persons.json')
  const accounts = async () => (await there.sql('SELECT p.id, p.mail, p.name, p.password, p.totp, p.totp_step, p.member_seen, (SELECT COUNT(*) FROM account.recovery r WHERE r.person = p.id) FROM account.person p WHERE p.mail <> \'else@example.com\' ORDER BY p.id'))
  const untouched = await accounts()
  fs.appendFileSync(path.join(folder, 'data/socle.sql'), `\nINSERT INTO member (id, name, mail, language, person) VALUES (901, 'Boss', 'boss@future.example', 'en', NULL); INSERT INTO member_role VALUES (901, 'owner');
INSERT INTO session (token_hash, member, expires) VALUES (REPEAT('a', 64), 901, '2099-01-01'); INSERT INTO sign_in VALUES (REPEAT('a', 64), 901, '2099-01-01'); INSERT INTO invitation VALUES (REPEAT('a', 64), 901, '2099-01-01');
INSERT INTO api_key (token_hash, name, permissions, by_name, expires) VALUES (REPEAT('a', 64), 'planted', 'shop.orders', '', '2099-01-01');\n`)
  fs.appendFileSync(path.join(folder, 'data/socle.sql'), `\nUPDATE member SET person = NULL; INSERT INTO member (name, mail, language, person) VALUES ('Stranger', 'stranger@example.com', 'en', ${person});\n`)
  for (const name of ['tenant.json', 'data/queue.sql', 'data/socle.sql']) resum(name)
  await refused(there.cli('tenant', 'import', folder, '--name', 'bold', '--host', 'bold.localhost', '--portal-host', 'bold-portal.localhost'), /cannot be imported/) // it has no right to UPDATE
  const socle = path.join(folder, 'data/socle.sql')
  fs.writeFileSync(socle, fs.readFileSync(socle, 'utf8').replace('UPDATE member SET person = NULL; ', '').replace(`'stranger@example.com', 'en', ${person})`, `'stranger@example.com', 'en', ${Number(person) + 1000})`))
  resum('data/socle.sql')
  await there.sql(`INSERT INTO account.person (id, mail, name, language, password) VALUES (${Number(person) + 1000}, 'else@example.com', 'Else', 'en', '')`)
  await there.cli('tenant', 'import', folder, '--name', 'bold', '--host', 'bold.localhost', '--portal-host', 'bold-portal.localhost')
  const id = await there.sql("SELECT id FROM scopiton.tenant WHERE name = 'bold'")
  assert.ok(Number(id) < 1000)
  assert.equal(await there.sql(`SELECT operates FROM scopiton.tenant WHERE id = ${id}`), '0')
  assert.equal(await there.sql("SELECT role FROM queue.outbox WHERE run_at = '2099-01-01'"), `t${id}_guestbook`)
  const undated = await there.sql("SELECT created > '2000-01-01' FROM queue.outbox WHERE name = 'undated' UNION ALL SELECT created > '2000-01-01' FROM queue.dead WHERE name = 'undated'")
  assert.equal(undated, '1', 'a time that is no date is not taken in')
  assert.equal(await there.sql(`SELECT COALESCE(person, 'nobody') FROM t${id}.member WHERE mail = 'stranger@example.com'`), 'nobody')
  assert.equal(await there.sql(`SELECT COUNT(*) FROM t${id}.member WHERE person IS NOT NULL`), '0', 'nobody is a member unasked')
  assert.equal(await accounts(), untouched, 'no account is made, and none is changed')
  for (const table of ['session', 'sign_in', 'invitation', 'api_key']) assert.equal(await there.sql(`SELECT COUNT(*) FROM t${id}.${table}`), '0', table)
  await there.sql(`INSERT INTO t${id}.member (name, mail, language) VALUES ('New', 'new@example.com', 'en')`)
  assert.equal(await there.sql(`SELECT COALESCE(person, 'nobody') FROM t${id}.member WHERE mail = 'new@example.com'`), 'nobody', 'nor later')
  await until('it serves', async () => (await there.request('bold-portal.localhost', '/portal/sign-in')).status === 200)
  for (const [mail, password] of [['boss@future.example', PASSWORD], ['owner@example.com', PASSWORD], ['owner@example.com', 'another sentence of 2026']]) {
    const answer = await there.request('bold-portal.localhost', '/portal/sign-in', { form: { _key: await there.key('bold-portal.localhost', '/portal/sign-in'), mail, password } })
    assert.deepEqual([answer.status, answer.headers['set-cookie']], [200, undefined], mail)
  }
  await there.sql('DELETE FROM account.failure')
  // Whom the archive names and who has an account joins with that account's password, not with the archive's.
  assert.match(await there.cli('tenant', 'invite', 'bold'), /^4 invitations/m)
  const join = async (mail, password) => {
    const link = await until(`the invitation of ${mail}`, async () => (await there.mails()).flatMap(({ to, html }) => to.includes(mail) ? html.match(/bold-portal\.localhost[^"]*(\/portal\/invitation\/[a-z2-7]+)/)?.[1] ?? [] : [])[0], 20)
    return there.request('bold-portal.localhost', link, { form: { _key: await there.key('bold-portal.localhost', link), password } })
  }
  assert.equal((await join('owner@example.com', PASSWORD)).headers['set-cookie'], undefined)
  await there.sql('DELETE FROM account.failure')
  assert.equal((await join('owner@example.com', 'another sentence of 2026')).status, 303)
  await there.cli('tenant', 'delete', 'bold', '--yes', 'bold')
  assert.equal(await there.sql("SELECT COUNT(*) FROM account.person WHERE mail IN ('owner@example.com', 'else@example.com')"), '2', 'who is a member elsewhere, or was never one here, keeps the account')
  await there.sql("DELETE FROM account.person WHERE mail = 'else@example.com'")
})

test('one module alone is taken out, and in again: rows, settings, permissions, and what waited', async () => {
  const role = async (stack) => `t${await stack.sql("SELECT id FROM scopiton.tenant WHERE name = 'acme'")}_guestbook`
  const own = await role(there), socle = own.replace('_guestbook', '')
  await there.sql(`INSERT INTO ${socle}.role (name) VALUES ('editor'); INSERT INTO ${socle}.role_permission SELECT 'editor', name FROM ${socle}.permission WHERE module = 'guestbook' LIMIT 1`)
  await there.sql(`INSERT INTO queue.mail (role, recipient, sender_name, subject, html, run_at) VALUES ('${own}', 'a@example.com', 'Acme', 'with a file', '<p>x</p>', UTC_TIMESTAMP() + INTERVAL 1 DAY);
    INSERT INTO queue.attachment (role, mail, name, type, bytes) VALUES ('${own}', LAST_INSERT_ID(), 'a.pdf', 'application/pdf', REPEAT('x', 100000));
    INSERT INTO queue.outbox (role, name, body, run_at) VALUES ('${own}', 'later', '{}', UTC_TIMESTAMP() + INTERVAL 1 DAY)`)
  const rows = async () => (await there.sql(`SELECT name, message FROM ${own}.entry ORDER BY id`)) + (await there.sql(`SELECT * FROM ${socle}.setting WHERE module = 'guestbook' ORDER BY name`)) +
    (await there.sql(`SELECT role, permission FROM ${socle}.role_permission WHERE permission LIKE 'guestbook.%' ORDER BY 1, 2`)) +
    (await there.sql(`SELECT m.subject, m.run_at, a.name, LENGTH(a.bytes) FROM queue.mail m JOIN queue.attachment a ON a.mail = m.id WHERE m.role = '${own}' AND a.role = m.role`)) +
    (await there.sql(`SELECT name, run_at FROM queue.outbox WHERE role = '${own}'`))
  const before = await rows()
  assert.match(before, /with a file[\s\S]*a\.pdf\t100000[\s\S]*later/)
  const file = (await there.cli('tenant', 'export', 'acme', '--module', 'guestbook')).trim()
  await refused(there.cli('tenant', 'import', file, '--into', 'acme'), /already has 'guestbook', or its data/)
  await refused(there.cli('tenant', 'import', file), /import one of a module with --into/)
  await refused(there.cli('tenant', 'import', archive, '--into', 'acme'), /is not an archive of a module/)
  await there.cli('module', 'purge', 'guestbook', '--tenant', 'acme', '--yes', 'guestbook')
  assert.equal((await there.request('acme.localhost', '/fr/guestbook/')).status, 404)
  assert.equal(await there.sql(`SELECT COUNT(*) FROM queue.mail WHERE role = '${own}'`), '0')
  await there.cli('tenant', 'import', file, '--into', 'acme', '--with-packages')
  await until('it serves', async () => (await there.request('acme.localhost', '/fr/guestbook/')).status === 200)
  assert.equal(await rows(), before)
  // For another tenant too, and there it is nobody else's.
  await there.cli('tenant', 'create', 'twin', '--title', 'Twin')
  await there.cli('tenant', 'import', file, '--into', 'twin', '--with-packages')
  await until('it serves', async () => (await there.request('twin.localhost', '/fr/guestbook/')).status === 200)
  assert.equal((await there.request('twin.localhost', '/fr/guestbook/')).body.match(/class="entry|<article/g)?.length, (await there.request('acme.localhost', '/fr/guestbook/')).body.match(/class="entry|<article/g)?.length)
  assert.equal(await there.sql("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = 'scop_staging'"), '0')
  assert.deepEqual(fs.readdirSync(path.join(there.folder, 'exports')).filter((name) => name[0] === '.'), [])
})

test("a module's archive chooses nothing but for that module, and brings nobody else's work", async () => {
  const folder = fs.mkdtempSync(path.join(there.folder, 'bold-')), description = path.join(folder, 'module.json')
  const file = (await there.cli('tenant', 'export', 'acme', '--module', 'guestbook')).trim()
  execFileSync('tar', ['--zstd', '-xf', file, '-C', folder, '--strip-components=1'])
  const said = JSON.parse(fs.readFileSync(description, 'utf8'))
  said.settings.push({ name: 'zone', value: 'Mars/Base' }, { name: 'nothing', value: 'x' })
  said.permissions = [{ role: 'owner', permission: 'portal.tenants' }, { role: 'member', permission: 'portal.modules' }, { role: 'stranger', permission: 'guestbook.manage' }]
  fs.writeFileSync(description, JSON.stringify(said))
  fs.appendFileSync(path.join(folder, 'data/queue.sql'), "\nINSERT INTO outbox (id, role, name, body, run_at) VALUES (900001, 't9_portal', 'invite', '{}', '2098-01-01');\n" +
    "INSERT INTO mail (id, role, recipient, sender_name, subject, html) VALUES (900001, 't9_portal', 'x@example.com', 'x', 'of another', 'x');\n")
  for (const name of ['module.json', 'data/queue.sql']) execFileSync('bash', ['-c', `sed -i "\\|  ${name}$|d" SHA256SUMS; sha256sum ${name} >> SHA256SUMS`], { cwd: folder })
  await there.cli('tenant', 'create', 'other', '--title', 'Other')
  const id = await there.sql("SELECT id FROM scopiton.tenant WHERE name = 'other'")
  const chosen = () => there.sql(`SELECT role, permission FROM t${id}.role_permission ORDER BY 1, 2; SELECT module, name, value FROM t${id}.setting ORDER BY 1, 2`)
  await there.cli('module', 'install', 'guestbook', '--tenant', 'other')
  const usual = await chosen()
  await there.cli('module', 'purge', 'guestbook', '--tenant', 'other', '--yes', 'guestbook')
  await there.cli('tenant', 'import', folder, '--into', 'other', '--with-packages')
  assert.equal(await chosen(), usual)
  assert.equal(await there.sql("SELECT COUNT(*) FROM queue.outbox WHERE run_at = '2098-01-01'"), '0')
  assert.equal(await there.sql("SELECT COUNT(*) FROM queue.mail WHERE subject = 'of another'"), '0')
  await there.cli('tenant', 'delete', 'other', '--yes', 'other')
})

test('a module is all there or not at all, whenever its import or its purge was killed', async () => {
  const own = `t${await there.sql("SELECT id FROM scopiton.tenant WHERE name = 'twin'")}_guestbook`
  const file = (await there.cli('tenant', 'export', 'acme', '--module', 'guestbook')).trim(), entries = await there.sql(`SELECT COUNT(*) FROM ${own}.entry`)
  const state = () => there.sql(`SELECT COALESCE((SELECT state FROM scopiton.subscription WHERE CONCAT('t', tenant, '_', module) = '${own}'), 'none'), (SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = '${own}'), (SELECT COUNT(*) FROM scopiton.arriving), (SELECT COUNT(*) FROM queue.mail WHERE role = '${own}')`)
  const run = async (milliseconds, ...args) => {
    const child = spawn(path.join(root, 'build/libexec/scopiton'), args, { stdio: 'ignore', env: { ...process.env, SCOPITON_CONFIG: path.join(there.folder, 'scopiton.conf') } })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await new Promise((resolve) => setTimeout(resolve, milliseconds))
    child.kill('SIGKILL')
    await ended
  }
  for (const milliseconds of [30, 70, 110, 150, 190, 230]) {
    await run(milliseconds, 'module', 'purge', 'guestbook', '--tenant', 'twin', '--yes', 'guestbook')
    await until('the order has ended', async () => (await there.sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE state IN ('waiting', 'running')")) === '0')
    if ((await state())[0] !== 'n') await there.cli('module', 'purge', 'guestbook', '--tenant', 'twin', '--yes', 'guestbook')
    assert.equal(await state(), 'none\t0\t0\t0')
    await run(milliseconds, 'tenant', 'import', file, '--into', 'twin', '--with-packages')
    await there.cli('tenant', 'export', 'twin') // the next run removes the remains
    if ((await state()) !== 'on\t1\t0\t1') {
      assert.equal(await state(), 'none\t0\t0\t0', `killed after ${milliseconds} ms`)
      await there.cli('tenant', 'import', file, '--into', 'twin', '--with-packages')
    }
    assert.equal(await state(), 'on\t1\t0\t1')
    assert.equal(await there.sql(`SELECT COUNT(*) FROM ${own}.entry`), entries)
  }
  // Its database was dropped when the purge was killed: the next run continues.
  await there.sql(`DROP DATABASE ${own}`)
  assert.match(await there.cli('module', 'purge', 'guestbook', '--tenant', 'twin', '--yes', 'guestbook'), /its data had already been exported and deleted/)
  assert.equal(await state(), 'none\t0\t0\t0')
})

test('killed at any moment, an import leaves nothing, nor does a deletion stop half way', async () => {
  const children = (...args) => spawn(path.join(root, 'build/libexec/scopiton'), args, { stdio: 'ignore', env: { ...process.env, SCOPITON_CONFIG: path.join(there.folder, 'scopiton.conf') } })
  const killed = async (child, milliseconds) => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await new Promise((resolve) => setTimeout(resolve, milliseconds))
    child.kill('SIGKILL')
    await ended
  }
  const clean = async (name) => {
    assert.equal(await there.sql(`SELECT COUNT(*) FROM scopiton.tenant WHERE name = '${name}' OR state <> 'whole'`), '0')
    assert.equal(await there.sql("SELECT schema_name FROM information_schema.schemata WHERE schema_name = 'scop_staging' OR (schema_name REGEXP '^t[0-9]+(_|$)' AND CAST(SUBSTRING(schema_name, 2) AS UNSIGNED) NOT IN (SELECT id FROM scopiton.tenant))"), '')
    assert.equal(await there.sql("SELECT User FROM mysql.user WHERE User LIKE 'scop\\_run%' OR (User REGEXP '^t[0-9]+_' AND CAST(SUBSTRING(User, 2) AS UNSIGNED) NOT IN (SELECT id FROM scopiton.tenant))"), '')
    assert.deepEqual(fs.readdirSync(path.join(there.folder, 'imports')), [])
  }
  for (const milliseconds of [60, 200, 400, 700, 1000]) {
    await killed(children('tenant', 'import', archive, '--name', 'half', '--host', 'half.localhost', '--portal-host', 'half-portal.localhost'), milliseconds)
    if ((await there.sql("SELECT COUNT(*) FROM scopiton.tenant WHERE name = 'half' AND state = 'whole'")) === '1') await there.cli('tenant', 'delete', 'half', '--yes', 'half')
    else await there.cli('tenant', 'export', 'twin')
    await clean('half')
  }
  for (const milliseconds of [20, 60, 100, 150]) {
    await there.cli('tenant', 'import', archive, '--name', 'half', '--host', 'half.localhost', '--portal-host', 'half-portal.localhost')
    await killed(children('tenant', 'delete', 'half', '--yes', 'half'), milliseconds)
    await there.cli('tenant', 'delete', 'half', '--yes', 'half').catch((error) => assert.match(error.stderr, /no tenant 'half'|is gone already/))
    await clean('half')
    assert.match(fs.readFileSync(path.join(there.folder, 'exports', fs.readdirSync(path.join(there.folder, 'exports')).filter((name) => name.startsWith('deleted-half')).pop()), 'utf8'), /nothing was found any more/)
  }
})

test('its own run starts it alone, without the group', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-alone-'))
  fs.chmodSync(folder, 0o755)
  execFileSync('tar', ['--zstd', '-xf', archive, '-C', folder, '--strip-components=1'])
  const port = await new Promise((resolve) => { const server = net.createServer().listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => resolve(port)) }) })
  const child = spawn('./run', { cwd: folder, env: { PATH: process.env.PATH, HOME: '/nowhere', PORT: String(port), SCRATCH: 'yes' }, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let said = ''
  child.stdout.on('data', (part) => { said += part })
  child.stderr.on('data', (part) => { said += part })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    await until('it runs', () => /a link that signs in/.test(said) || child.exitCode !== null, 60)
    assert.match(said, /public {2}http:\/\/acme\.localhost:\d+\//, said)
    const alone = Object.create(here, { port: { value: port } })
    const link = said.match(/a link that signs in: http:\/\/([a-z.-]+):\d+(\/\S+)/)
    const entered = await alone.request(link[1], link[2], { form: { _key: await alone.key(link[1], link[2]) } })
    assert.match(entered.headers['set-cookie'][0], /^sid=/, 'the owner gets in')
    assert.equal((await alone.request(link[1], '/portal/members', { headers: { Cookie: entered.headers['set-cookie'][0].split(';')[0] } })).status, 200)
    for (const url of PAGES) assert.equal(same((await alone.request('acme.localhost', url)).body).replaceAll(`:${port}`, ''), same((await here.request('acme.localhost', url)).body).replaceAll(`:${here.port}`, ''), url)
  } finally {
    if (child.exitCode === null) process.kill(child.pid, 'SIGTERM')
    await ended
    fs.rmSync(folder, { recursive: true, force: true })
  }
  assert.match(said, /Stopped\./)
})

test('afterwards it is deleted here: that is proved, and written down', async () => {
  const person = await here.sql("SELECT id FROM account.person WHERE mail = 'owner@example.com'")
  const id = await here.sql("SELECT id FROM scopiton.tenant WHERE name = 'acme'")
  await here.sql(`DELETE FROM t1.member WHERE person = ${person}`)
  await refused(here.cli('tenant', 'delete', 'acme'), /Add --yes acme/)
  const said = await here.cli('tenant', 'delete', 'acme', '--yes', 'acme')
  const record = fs.readFileSync(said.match(/record is '(.*)'/)[1], 'utf8')
  assert.match(record, /t\d+_shop: \d+ tables/)
  assert.match(record, /nothing was found any more/)
  assert.equal(await here.sql(`SELECT schema_name FROM information_schema.schemata WHERE schema_name REGEXP '^t${id}(_|$)'`), '')
  assert.equal(await here.sql(`SELECT User FROM mysql.user WHERE User REGEXP '^t${id}_'`), '')
  for (const table of ['outbox', 'dead', 'mail', 'attachment', 'schedule']) assert.equal(await here.sql(`SELECT COUNT(*) FROM queue.${table} WHERE role LIKE 't${id}\\_%'`), '0', table)
  assert.equal(await here.sql(`SELECT COUNT(*) FROM account.person WHERE id = ${person}`), '0', 'a person of no other tenant')
  assert.equal((await here.request('acme.localhost', '/fr/')).status, 404)
  assert.equal((await here.request('other-portal.localhost', '/portal/sign-in')).status, 200)
})
