// SPDX-License-Identifier: EUPL-1.2
// Rights that a package cannot give itself: over people, the installer and a tenant's own tables. Whoever was not granted them is
// refused by words when it is checked, published and installed, before any of its code runs.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { Catalogue, scopiton } from '../support/catalogue.mjs'
import { start, until } from '../support/stack.mjs'

const ASKS = { accounts: '<accounts/>', orders: '<orders/>', writes: '<writes table="session" rights="INSERT"/>' }
const words = (module, scop, right) => new RegExp(`the module '${module}' of the scop '${scop}' asks for rights that were not granted to it: ${right}\\. The group grants them`)
const refused = (promise, expected) => assert.rejects(promise, (error) => (assert.match(error.stderr + error.stdout, expected), true))
// The manifest's element in its place.
const asks = (element) => (text) => element.startsWith('<writes') ? text.replace('\t<personal', `\t${element}\n\t<personal`) : text.replace('</module>', `\t${element}\n</module>`)
let packages, catalogue, stack

before(async () => {
  packages = new Packages('portal', 'pretender', 'crashload')
  packages.edit('crashload', 'module.xml', asks(ASKS.orders)) // its code would end whatever loads it
  for (const [right, element] of Object.entries(ASKS)) {
    packages.addAs('guestbook', `wants_${right}`)
    packages.edit(`wants_${right}`, 'module.xml', asks(element))
  }
  catalogue = await Catalogue.make('guestbook')
  await catalogue.key('atelier')
  await catalogue.scop('atelier', '--title', 'Atelier', '--public', catalogue.path('atelier.pub'), '--modules', 'portal,pretender,till')
  stack = await start({ modules: packages.folder, config: catalogue.config })
  for (const tenant of ['acme', 'lumen']) await stack.cli('tenant', 'create', tenant, '--title', tenant)
})
after(async () => { await stack?.stop(); catalogue?.remove(); packages?.removeAll() })

const install = (module, tenant = 'acme') => stack.cli('module', 'install', module, '--tenant', tenant)
const known = (module) => stack.sql(`SELECT COUNT(*) FROM scopiton.package WHERE module = '${module}'`)
const rights = (module, tenant = 1) => stack.sql(`SELECT COUNT(*) FROM mysql.tables_priv WHERE User = 't${tenant}_${module}' AND (Db = 'account' OR Table_name IN ('installer_order', 'session'))`)
const refusals = [['pretender', 'portal'], ['crashload', 'orders'], ...Object.keys(ASKS).map((right) => [`wants_${right}`, right])]

for (const [module, right] of refusals) {
  test(`'${module}', which was not granted '${right}', is refused when it is checked and installed`, async () => {
    const folder = packages.path(module)
    await refused(scopiton('check', folder), words(module, 'scopiton', right))
    await refused(stack.cli('check', folder), words(module, 'scopiton', right))
    await refused(stack.cli('module', 'check', folder), words(module, 'scopiton', right))
    await refused(install(module), words(module, 'scopiton', right))
    assert.deepEqual([await known(module), await rights(module)], ['0', '0'])
  })
}

test('a portal of another scop is refused, whatever it asks for: the name is a right', async () => {
  packages.addAs('guestbook', 'other')
  for (const from of ['portal', 'guestbook']) {
    const folder = path.join(packages.folder, `.${from}`)
    fs.cpSync(packages.path(from === 'portal' ? 'portal' : 'other'), folder, { recursive: true })
    if (from !== 'portal') fs.renameSync(path.join(folder, 'other.so'), path.join(folder, 'portal.so'))
    fs.writeFileSync(path.join(folder, 'module.xml'), fs.readFileSync(path.join(folder, 'module.xml'), 'utf8')
      .replace(/<module name="\w+" version="[0-9.]+" scop="scopiton"/, '<module name="portal" version="7.0.0" scop="atelier"').replaceAll('other.', 'portal.'))
    await refused(scopiton('check', folder), words('portal', 'atelier', from === 'portal' ? 'portal, accounts, orders, writes' : 'portal'))
    await refused(stack.cli('module', 'check', folder), words('portal', 'atelier', 'portal'.concat(from === 'portal' ? ', accounts, orders, writes' : '')))
    fs.rmSync(folder, { recursive: true })
  }
})

test('a package that locks rows of all modules, or reads their mails, is refused in words, with the statement and its line', async () => {
  const lists = { locking: ['SELECT id FROM \x01.member WHERE id = ? FOR UPDATE', 'it locks rows of socle\\.'], writing: ['DELETE FROM entry WHERE id = ? AND EXISTS (SELECT id FROM \x01.job)', 'it writes and reads socle\\. in one statement'],
    mailing: ['SELECT html FROM \x01.mail WHERE id = ?', 'it names socle\\.mail, which a module may not read'], roundabout: ['SELECT id FROM t1.member WHERE id = ? FOR UPDATE', "it writes or locks, and 't1\\.' may be the name"],
    commented: ['SELECT 1--(SELECT id FROM \x01.member WHERE id = ? FOR UPDATE)', 'the list of statements of module'] }
  for (const [module, [sql, words]] of Object.entries(lists)) {
    packages.addAs('guestbook', module)
    packages.edit(module, 'statements.txt', (text) => `${text}attack\t1\t${sql}\n`)
    const line = fs.readFileSync(packages.path(module, 'statements.txt'), 'utf8').split('\n').length - 1
    const said = new RegExp(module === 'commented' ? words : `module '${module}' was refused \\(statements\\.txt, line ${line}\\): statement 'attack': ${words}`)
    const folder = packages.path(module)
    for (const attempt of [() => scopiton('check', folder), () => stack.cli('module', 'check', folder), () => install(module)]) await refused(attempt(), said)
    if (module === 'mailing') { // with its sources, the check tells their file and line
      const sources = packages.path(`.${module}`)
      fs.mkdirSync(sources)
      fs.writeFileSync(path.join(sources, 'more.sql'), '\n-- name: attack (id)\nSELECT m.html FROM socle.mail m WHERE m.id = :id\n')
      await refused(stack.cli('module', 'check', folder, '--source', sources), new RegExp(`${sources}/more\\.sql:2: error: statement 'attack': it names socle\\.mail`))
      fs.rmSync(sources, { recursive: true })
    }
    assert.equal(await known(module), '0')
    packages.remove(module)
  }
})

// ---- the signed index ----

const as = (manifest = (text) => text) => ({ key: 'atelier', manifest: (text) => manifest(text.replace('scop="scopiton"', 'scop="atelier"')) })
const grant = (module, list) => scopiton('catalogue', 'grant', catalogue.folder, 'atelier', module, list, '--key', catalogue.path('group'))
const serves = (tenant, module) => until('it serves', async () => (await stack.request(`${tenant}.localhost`, `/fr/${module}/`)).status === 200)

test('what was not granted is not published, and a grant is for one scop, name and right', async () => {
  await refused(catalogue.publish('pretender', '2.0.0', as()), words('pretender', 'atelier', 'portal'))
  await refused(catalogue.publish('portal', '2.0.0', as()), words('portal', 'atelier', 'portal, accounts, orders, writes'))
  await refused(catalogue.publish('till', '1.0.0', { from: 'guestbook', ...as(asks(ASKS.orders)) }), words('till', 'atelier', 'orders'))
  await grant('till', 'accounts,writes')
  await refused(catalogue.publish('till', '1.0.0', { from: 'guestbook', ...as(asks(ASKS.orders)) }), words('till', 'atelier', 'orders'))
  await refused(grant('guestbook', 'orders'), /the scop 'atelier' has no module 'guestbook'/)
  await refused(grant('till', 'orders,root'), /'root' is not a right; portal, accounts, orders, writes and none are/)
  assert.deepEqual(fs.readdirSync(catalogue.served('packages')), [])
})

test('what the group grants is published, shown and installed; what it takes away is installed nowhere any more', async () => {
  await grant('pretender', 'portal')
  await grant('till', 'orders')
  await catalogue.publish('pretender', '2.0.0', as())
  await catalogue.publish('till', '1.0.0', { from: 'guestbook', ...as(asks(ASKS.orders)) })
  fs.rmSync(packages.path('pretender'), { recursive: true })
  await stack.cli('catalogue', 'refresh')
  assert.match(await stack.cli('catalogue', 'show', 'till'), /^ {2}granted by the group: orders$/m)
  assert.match(await stack.cli('catalogue', 'show', 'pretender'), /^ {2}granted by the group: portal$/m)
  for (const module of ['pretender', 'till']) {
    await install(module)
    await serves('acme', module)
  }
  await grant('till', 'none')
  await grant('pretender', 'accounts')
  await stack.cli('catalogue', 'refresh')
  assert.doesNotMatch(await stack.cli('catalogue', 'show', 'till'), /granted/)
  await refused(install('till', 'lumen'), words('till', 'atelier', 'orders'))
  await refused(install('pretender', 'lumen'), words('pretender', 'atelier', 'portal'))
  await stack.cli('module', 'disable', 'till', '--tenant', 'acme')
  await install('till') // whoever has it keeps it
  await serves('acme', 'till')
})

test('an index that grants rights to a module of another scop is refused, and rights that this host does not know are left out', async () => {
  await catalogue.forge((index) => { index.scops.find((one) => one.name === 'atelier').grants.push({ module: 'guestbook', rights: ['orders'] }) })
  await stack.sql('DELETE FROM scopiton.catalogue')
  await refused(stack.cli('catalogue', 'refresh'), /the index grants rights to 'guestbook', which is not a module of the scop 'atelier'/)
  await catalogue.forge((index) => { index.scops.find((one) => one.name === 'atelier').grants = [{ module: 'till', rights: ['teleport', 'orders'] }] })
  await stack.cli('catalogue', 'refresh')
  await install('till', 'lumen')
})

test('the configuration says what is wrong with a grant', async () => {
  const file = path.join(stack.folder, 'scopiton.conf'), text = fs.readFileSync(file, 'utf8')
  fs.writeFileSync(file, text.replace(/^granted = .*$/m, 'granted = scopiton/portal'))
  await refused(stack.cli('check'), /'scopiton\/portal' grants nothing; SCOP\/MODULE:RIGHT,RIGHT does/)
  await refused(stack.cli('tenant', 'list'), /scopiton\.conf: 'granted': 'scopiton\/portal' grants nothing/)
  fs.writeFileSync(file, text)
})
