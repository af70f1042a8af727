// SPDX-License-Identifier: EUPL-1.2
// The group's catalogue: publishing, installing from it, and each attack that The Update Framework lists. Whatever is refused says
// why and leaves nothing on the disk.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { Catalogue, scopiton } from '../support/catalogue.mjs'
import { start, until } from '../support/stack.mjs'

let catalogue, own, stack

before(async () => {
  catalogue = await Catalogue.make('notes', 'guestbook', 'shop', 'caller', 'clerk', 'rolodex', 'dialer')
  own = new Packages('portal') // this host's own folder has only the portal
  await catalogue.publish('notes', '1.0.0')
  await catalogue.publish('guestbook', '1.2.0', { manifest: (text) => text.replace('\t<personal', '\t<tariff cents="1500"/>\n\t<personal') })
  stack = await start({ modules: own.folder, config: [...catalogue.config, 'catalogue_host = catalogue.localhost'] })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('tenant', 'create', 'lumen', '--title', 'Lumen')
})
after(async () => { await stack?.stop(); catalogue?.remove(); own?.removeAll() })

const refused = (promise, words) => assert.rejects(promise, (error) => (assert.match(error.stderr, words), true))
const folders = () => fs.readdirSync(path.join(stack.folder, 'modules')).sort()
const install = (...args) => stack.cli('module', 'install', ...args, '--tenant', 'acme')
const notes = () => stack.request('acme.localhost', '/fr/notes/', { headers: { Accept: 'application/json' } }).then(({ status, body }) => ({ status, ...(status === 200 && JSON.parse(body)) }))

// Does it with nothing left behind: no package, no file of a fetch, no other index.
async function leavesNothing (action) {
  const before = [folders(), fs.readFileSync(path.join(stack.folder, 'catalogue/index.json'), 'utf8')]
  await action()
  assert.deepEqual(folders(), before[0])
  assert.deepEqual(fs.readdirSync(path.join(stack.folder, 'catalogue')).sort(), ['index.json', 'index.json.minisig'])
  assert.equal(fs.readFileSync(path.join(stack.folder, 'catalogue/index.json'), 'utf8'), before[1])
}

// The catalogue as it was, after a test has spoilt it.
async function spoilt (action) {
  const kept = catalogue.path('kept')
  fs.cpSync(catalogue.folder, kept, { recursive: true })
  try {
    await action()
  } finally {
    fs.rmSync(catalogue.folder, { recursive: true })
    fs.renameSync(kept, catalogue.folder)
    await stack.sql('DELETE FROM scopiton.catalogue') // this host forgets the numbers that it has seen
    await stack.cli('catalogue', 'refresh')
  }
}

test('a package has the same bytes each time, and minisign itself checks its signature and the index', async () => {
  const file = await catalogue.pack('notes', '1.0.0')
  const first = fs.readFileSync(file)
  await new Promise((resolve) => setTimeout(resolve, 1100))
  assert.ok(first.equals(fs.readFileSync(await catalogue.pack('notes', '1.0.0'))))
  const listing = execFileSync('tar', ['--zstd', '-tvf', file], { encoding: 'utf8' }).trim().split('\n')
  assert.match(listing[0], /module\.xml$/, 'the manifest comes first')
  const check = (key, file) => execFileSync('minisign', ['-V', '-p', catalogue.path(`${key}.pub`), '-m', file], { encoding: 'utf8' })
  assert.match(check('scopiton', catalogue.served('packages/notes-1.0.0-linux-amd64.scop')), /verified/)
  assert.match(check('group', catalogue.index()), /verified/)
  assert.throws(() => check('scopiton', catalogue.index()))
})

// Made by minisign 0.11 with the password 'a long sentence'. It takes seconds of work to make such a key, as to open one, which is done once here.
const SEALED = {
  public: 'untrusted comment: minisign public key DCECF269AB869E68\nRWRonoarafLs3G2BVWDaAJscZRSIo0gKe1I/Lkg1f9ylBPrdsbF2cWSI\n',
  secret: 'RWRTY0IyFgL7/3hkEJ49BVYTM15Ba8z1fzWYfeSTa8BUMO/vqkcAAAACAAAAAAAAAEAAAAAA+MAXwO0PXmWwJIzAEklZb9k/KC6zuYPdS5svijAbnSy89h7b+xon8DyUpZJIdnpyw3vw4GeUrXqjqEt9eXQ6AV8vmhC6O/jfGdzQu9gLq9xdHbO6RL7oq94mb9BhG3vmbuVZb6Uj6JA='
}
const writeKey = (name, secret) => fs.writeFileSync(catalogue.path(name), `untrusted comment: minisign encrypted secret key\n${secret}\n`)

test('a key that minisign made signs too, also an encrypted one', async () => {
  fs.writeFileSync(catalogue.path('password'), 'a long sentence\n')
  execFileSync('minisign', ['-G', '-W', '-p', catalogue.path('theirs.pub'), '-s', catalogue.path('theirs')])
  fs.writeFileSync(catalogue.path('some file'), 'words')
  await scopiton('module', 'sign', catalogue.path('some file'), '--key', catalogue.path('theirs'))
  assert.match(execFileSync('minisign', ['-V', '-p', catalogue.path('theirs.pub'), '-m', catalogue.path('some file')], { encoding: 'utf8' }), /verified/)
  writeKey('sealed', SEALED.secret)
  fs.writeFileSync(catalogue.path('sealed.pub'), SEALED.public)
  const sign = (key, ...more) => scopiton('module', 'sign', catalogue.path('some file'), '--key', catalogue.path(key), ...more)
  await refused(sign('sealed'), /is encrypted. Give its password/)
  await sign('sealed', '--password-file', catalogue.path('password'))
  assert.match(execFileSync('minisign', ['-V', '-p', catalogue.path('sealed.pub'), '-m', catalogue.path('some file')], { encoding: 'utf8' }), /verified/)
  // The least work and memory that scrypt can be asked for: whatever is derived from another password opens nothing.
  const light = Buffer.from(SEALED.secret, 'base64')
  light.writeBigUInt64LE(32768n, 38)
  light.writeBigUInt64LE(16777216n, 46)
  writeKey('light', light.toString('base64'))
  fs.writeFileSync(catalogue.path('password'), 'another\n')
  await refused(sign('light', '--password-file', catalogue.path('password')), /the password is not that/)
})

test('the catalogue is listed and searched, and a module is installed from it', async () => {
  await stack.cli('catalogue', 'refresh')
  assert.match(await stack.cli('catalogue', 'list'), /guestbook.*1\.2\.0.*15\.00 EUR/)
  assert.match(await stack.cli('catalogue', 'list', 'notes'), /^notes /)
  assert.match(await stack.cli('catalogue', 'show', 'guestbook'), /of Scopiton, in communication/)
  assert.match(await install('notes'), /installing 'notes' for tenant 'acme'\n {2}check\n {2}account/)
  await until('it serves', async () => (await notes()).version === '1')
  assert.match(await stack.cli('module', 'list', 'acme'), /notes +1\.0\.0 +on/)
})

test('a range chooses, beta only when asked for, and a refusal explains itself', async () => {
  await catalogue.publish('notes', '1.1.0', { from: 'notesb' })
  await catalogue.publish('notes', '2.0.0', { from: 'notesc', channel: 'beta' })
  await stack.cli('catalogue', 'refresh')
  const lumen = (...args) => stack.cli('module', ...args, '--tenant', 'lumen')
  await refused(lumen('install', 'notes', '--version', '^2'), /asked for notes \^2: 2\.0\.0 is beta/)
  await refused(lumen('install', 'notes', '--version', '^3'), /the catalogue has no such version/)
  await refused(lumen('install', 'notes', '--version', 'newest'), /'newest' is not a range of versions/)
  await refused(lumen('install', 'cars'), /there is no module 'cars' in the catalogue/)
  await lumen('install', 'notes', '--version', '~1.0')
  assert.match(await stack.cli('tenant', 'show', 'lumen'), /notes 1\.0\.0, on/)
  await lumen('install', 'notes')
  assert.match(await stack.cli('tenant', 'show', 'lumen'), /notes 1\.0\.0, on/, 'installing what is there changes nothing')
  assert.doesNotMatch(await lumen('upgrade', 'notes'), /stays/)
  assert.match(await stack.cli('tenant', 'show', 'lumen'), /notes 1\.1\.0, on/)
  assert.match(await lumen('upgrade', 'notes'), /^notes stays at 1\.1\.0: nothing newer is offered\. --beta offers what is on trial, too\.$/m)
})

test('what a module needs comes with it, and nothing goes that another one needs', async () => {
  const needs = (words) => ({ manifest: (text) => text.replace('\t<personal', `\t${words}\n\t<personal`) })
  await catalogue.publish('shop', '1.4.0', { from: 'guestbook', ...needs('<needs module="clerk" version="^1"/>') })
  await catalogue.publish('shop', '1.5.0', { from: 'guestbook', ...needs('<needs module="clerk" version=">=2"/>') })
  await catalogue.publish('clerk', '1.9.0', { from: 'guestbook' })
  await catalogue.publish('clerk', '2.0.0', { from: 'guestbook', channel: 'beta' })
  await stack.cli('catalogue', 'refresh')
  assert.match(await stack.cli('catalogue', 'show', 'shop'), /^1\.5\.0 stable.*\n(.*\n)*  needs: clerk >=2$/m)
  await refused(install('shop', '--version', '^1.5'), /shop 1\.5\.0 needs clerk >=2: 2\.0\.0 is beta/)
  await install('shop')
  const shown = await stack.cli('tenant', 'show', 'acme')
  assert.match(shown, /clerk 1\.9\.0, on/)
  assert.match(shown, /shop 1\.4\.0, on/)
  await refused(stack.cli('module', 'disable', 'clerk', '--tenant', 'acme'), /clerk cannot be disabled or removed while shop, which needs it, is enabled/)
  await refused(stack.cli('module', 'upgrade', 'clerk', '--beta', '--tenant', 'acme', '--version', '^2'), /shop 1\.4\.0, which is installed, needs clerk \^1, not 2\.0\.0/)
  await refused(install('shop', '--version', '^1.5'), /needs clerk >=2: this tenant has 1\.9\.0; 2\.0\.0 is beta/)
})

test('the newest version is taken that has what others use of it, and one that means something else in a version is not published', async () => {
  const second = /\t<offers read="party" version="2">[^]*?<\/offers>\n/, folder = (dir) => fs.rmSync(path.join(dir, 'offers/party_2.sql'))
  await catalogue.publish('rolodex', '1.0.0')
  await catalogue.publish('dialer', '1.0.0')
  await catalogue.publish('rolodex', '1.1.0', { manifest: (text) => text.replace(second, ''), folder })
  const changed = await catalogue.pack('rolodex', '1.2.0', { manifest: (text) => text.replace(second, '').replace('\t\t<column name="mail" type="text"/>\n', ''), folder })
  await assert.rejects(scopiton('module', 'check', changed, '--catalogue', catalogue.folder), ({ code, stdout }) => {
    assert.match(stdout, /the read 'party' has 'mail' otherwise in version 1 than 1\.0\.0 has it[^]*\(docs\/check\.md, E114\)/)
    assert.match(stdout, /the read 'party' in version 2, which 1\.0\.0 has, is gone: [^]*\(docs\/check\.md, W115\)/)
    return code === 1
  })
  await stack.cli('catalogue', 'refresh')
  await install('dialer')
  await install('rolodex')
  assert.equal(await stack.sql("SELECT p.version FROM scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE s.module = 'rolodex'"), '1.0.0')
  await refused(install('rolodex', '--version', '=1.1.0'), /asked for rolodex =1\.1\.0: this tenant has 1\.0\.0; dialer 1\.0\.0, which is installed, uses its 'party' in version 2, not as 1\.1\.0 has it/)
  for (const module of ['dialer', 'rolodex']) await stack.cli('module', 'purge', module, '--tenant', 'acme', '--yes', module)
})

test('what was withdrawn is kept by who has it, and given to nobody else', async () => {
  await scopiton('module', 'yank', 'notes', '1.1.0', '--catalogue', catalogue.folder, '--reason', 'loses a note', '--key', catalogue.path('group'))
  await stack.cli('catalogue', 'refresh')
  await refused(install('notes', '--version', '1.1.0'), /1\.1\.0 was withdrawn \(loses a note\)/)
  assert.equal((await stack.request('lumen.localhost', '/fr/notes/')).status, 200)
})

// ---- attacks ----

test('arbitrary package: a byte was changed, or all of it', async () => {
  await spoilt(async () => {
    const file = catalogue.served('packages/guestbook-1.2.0-linux-amd64.scop'), bytes = fs.readFileSync(file)
    fs.chmodSync(file, 0o644)
    bytes[bytes.length >> 1] ^= 1
    fs.writeFileSync(file, bytes)
    await leavesNothing(() => refused(install('guestbook'), /the package is not the one in the index: its SHA-256/))
    fs.writeFileSync(file, 'no package at all')
    await leavesNothing(() => refused(install('guestbook'), /the package has 17 bytes, but the index says/))
    fs.unlinkSync(file)
    await leavesNothing(() => refused(install('guestbook'), /cannot be read: No such file/))
  })
})

test('arbitrary index: not signed, signed by somebody else, changed after it was signed', async () => {
  await spoilt(async () => {
    await catalogue.key('mallory')
    await scopiton('catalogue', 'renew', catalogue.folder, '--key', catalogue.path('group'))
    const text = fs.readFileSync(catalogue.index(), 'utf8'), refresh = (words) => leavesNothing(() => refused(stack.cli('catalogue', 'refresh'), words))
    await catalogue.forge((index) => index, 'mallory')
    await refresh(/the index is signed with key [0-9A-F]{16}, which is not the group's/)
    await catalogue.forge((index) => index)
    fs.writeFileSync(catalogue.index(), text.replace('"used_by": 0', '"used_by": 9'))
    await refresh(/the index is not the group's: the signature does not match/)
    fs.writeFileSync(catalogue.index() + '.minisig', 'nonsense')
    await refresh(/the index has no signature/)
    fs.writeFileSync(catalogue.index() + '.minisig', fs.readFileSync(catalogue.served('packages/notes-1.0.0-linux-amd64.scop.minisig')))
    await refresh(/signed with key [0-9A-F]{16}, which is not the group's/)
  })
})

test('rollback: an older index, or another one of the same number', async () => {
  await spoilt(async () => {
    const number = Number(catalogue.latest())
    fs.writeFileSync(catalogue.served('latest'), String(number - 1))
    await leavesNothing(() => refused(stack.cli('catalogue', 'refresh'), new RegExp(`the index is number ${number - 1}, older than number ${number}, which this host has seen`)))
    fs.writeFileSync(catalogue.served('latest'), String(number))
    await catalogue.forge((index) => { index.modules = [] })
    await leavesNothing(() => refused(stack.cli('catalogue', 'refresh'), new RegExp(`number ${number}, as another index that this host has seen`)))
    assert.match(await stack.cli('catalogue', 'list'), /guestbook/, 'what was seen before stands')
  })
})

test('an index that shuts later ones out, costs less than nothing or writes backwards is refused', async () => {
  const wrong = (words, change) => spoilt(async () => {
    await catalogue.forge((index) => { index.number++; change(index) }, 'group')
    await leavesNothing(() => refused(stack.cli('catalogue', 'refresh'), words))
  })
  await wrong(/has the number 4611686018427388000, which leaves no room/, (index) => { index.number = 2 ** 62 })
  await wrong(/has the number 2000000, which leaves no room/, (index) => { index.number = 2000000 })
  await wrong(/has an invalid tariff of/, (index) => { index.modules[0].versions[0].tariff = { cents: -5000, currency: 'EUR' } })
  await wrong(/a 'title' with control characters/, (index) => { index.modules[0].title = 'Shop \u202egro.live' })
  await wrong(/a 'title' with control characters/, (index) => { index.modules[0].title = 'x'.repeat(5000) })
  await wrong(/a 'title' with control characters/, (index) => { index.scops[0].title = 'a\u0007b' })
})

test('freeze: an index that has ended is refused, and so is one of days to come', async () => {
  await spoilt(async () => {
    const number = (index) => { index.number++; fs.writeFileSync(catalogue.served('latest'), String(index.number)); fs.renameSync(catalogue.index(index.number - 1), catalogue.index(index.number)) }
    await catalogue.forge((index) => { number(index); Object.assign(index, { date: '2020-01-01T00:00:00Z', expires: '2020-02-01T00:00:00Z' }) })
    await leavesNothing(() => refused(stack.cli('catalogue', 'refresh'), /the index expired on 2020-02-01T00:00:00Z/))
    await catalogue.forge((index) => { Object.assign(index, { date: '2199-01-01T00:00:00Z', expires: '2199-02-01T00:00:00Z' }) })
    await leavesNothing(() => refused(stack.cli('catalogue', 'refresh'), /the index is dated 2199.*check this machine's clock/))
  })
  // The kept one ends while the catalogue is away: nothing new is installed from it.
  const kept = catalogue.path('away')
  await stack.sql("UPDATE scopiton.catalogue SET expires = '2020-01-01'")
  fs.renameSync(catalogue.folder, kept)
  const index = path.join(stack.folder, 'catalogue/index.json'), text = fs.readFileSync(index, 'utf8')
  try {
    fs.writeFileSync(index, text.replace(/"expires": "[^"]+"/, '"expires": "2020-01-01T00:00:00Z"'))
    await refused(install('guestbook'), /the catalogue cannot be used/)
  } finally {
    fs.writeFileSync(index, text)
    fs.renameSync(kept, catalogue.folder)
    await stack.cli('catalogue', 'refresh')
  }
})

test('mix and match: the package and signature of another version or module', async () => {
  await spoilt(async () => {
    const of = (name) => catalogue.served(`packages/${name}-linux-amd64.scop`)
    fs.rmSync(of('guestbook-1.2.0') + '.minisig')
    fs.copyFileSync(of('notes-1.0.0') + '.minisig', of('guestbook-1.2.0') + '.minisig')
    await leavesNothing(() => refused(install('guestbook'), /the signature does not match: a byte was changed, or it belongs to another file/))
    // Even if the index says so, a package is not accepted as another than its manifest says.
    fs.rmSync(of('guestbook-1.2.0'))
    fs.copyFileSync(of('notes-1.0.0'), of('guestbook-1.2.0'))
    await scopiton('catalogue', 'renew', catalogue.folder, '--key', catalogue.path('group'))
    await catalogue.forge((index) => {
      const [notes, guestbook] = ['notes', 'guestbook'].map((name) => index.modules.find((one) => one.name === name).versions[0])
      Object.assign(guestbook, { sha256: notes.sha256, size: notes.size, unpacked: notes.unpacked })
    })
    await stack.cli('catalogue', 'refresh')
    const places = folders()
    await refused(install('guestbook'), /the package is notes 1\.0\.0 of the scop 'scopiton', not guestbook 1\.2\.0/)
    assert.deepEqual(folders(), places)
  })
})

test('wrong scop, squatted name: nobody publishes under a name that is not theirs', async () => {
  await catalogue.key('lumen')
  await catalogue.scop('lumen', '--title', 'Lumen', '--public', catalogue.path('lumen.pub'), '--modules', 'keeper')
  await refused(catalogue.scop('lumen', '--modules', 'shop'), /the name 'shop' is another scop's/)
  const foreign = (text) => text.replace('scop="scopiton"', 'scop="lumen"')
  await refused(catalogue.publish('notes', '1.9.0', { manifest: foreign, key: 'lumen' }), /the name 'notes' is not one of the scop 'lumen'/)
  await refused(catalogue.publish('notes', '1.9.0', { key: 'lumen' }), /signed with key [0-9A-F]{16}, which does not belong to the scop 'scopiton'/)
  await spoilt(async () => { // and a host would not take it from an index either
    const file = catalogue.served('packages/guestbook-1.2.0-linux-amd64.scop')
    fs.chmodSync(file + '.minisig', 0o644)
    await scopiton('module', 'sign', file, '--key', catalogue.path('lumen'))
    await stack.cli('catalogue', 'refresh') // or the installation would, where some seconds have passed
    await leavesNothing(() => refused(install('guestbook'), /signed with key [0-9A-F]{16}, which does not belong to the scop 'scopiton', the module's owner/))
    await scopiton('catalogue', 'renew', catalogue.folder, '--key', catalogue.path('group'))
    await catalogue.forge((index) => { index.modules.find((one) => one.name === 'guestbook').scop = 'lumen' })
    await leavesNothing(() => refused(stack.cli('catalogue', 'refresh'), /the index has the module 'guestbook' of the scop 'lumen', which does not own that name/))
    await catalogue.forge((index) => { index.scops.find((one) => one.name === 'lumen').modules.push('guestbook'); index.modules = [] })
    await leavesNothing(() => refused(stack.cli('catalogue', 'refresh'), /the index gives the name 'guestbook' to two scops/))
  })
})

test('who uses what is counted by scops, signed, and added up; nobody else counts', async () => {
  await spoilt(async () => {
    await install('notes')
    await stack.cli('module', 'install', 'notes', '--tenant', 'lumen')
    const mine = catalogue.path('mine.json'), theirs = catalogue.path('theirs.json')
    await stack.cli('catalogue', 'usage', mine, '--key', catalogue.path('scopiton'))
    assert.equal(JSON.parse(fs.readFileSync(mine, 'utf8')).modules.notes, 2)
    assert.doesNotMatch(fs.readFileSync(mine, 'utf8'), /acme|lumen/i)
    await catalogue.key('cabot')
    await catalogue.scop('cabot', '--title', 'Cabot', '--public', catalogue.path('cabot.pub'))
    const count = async (file, modules, { key = 'cabot', date = '2026-11-22T10:00:00Z' } = {}) => {
      fs.writeFileSync(file, typeof modules === 'string' ? modules : JSON.stringify({ date, modules }))
      await scopiton('module', 'sign', file, '--key', catalogue.path(key))
    }
    const renew = (...files) => scopiton('catalogue', 'renew', catalogue.folder, ...files, '--key', catalogue.path('group'))
    const used = () => JSON.parse(fs.readFileSync(catalogue.index(), 'utf8')).modules.find(({ name }) => name === 'notes').used_by
    await count(theirs, { notes: 5, nothing_here: 3 })
    await renew(mine, theirs)
    assert.equal(used(), 7)
    await renew()
    assert.equal(used(), 7, 'the last count of each stays')
    await count(theirs, { notes: 1 }, { date: '2026-11-22T11:00:00Z' })
    await renew(theirs)
    assert.equal(used(), 3, 'and is replaced, not added to')
    await stack.cli('catalogue', 'refresh')
    assert.match(await stack.cli('catalogue', 'show', 'notes'), /used by 3 co-operators/)
    for (const [make, words] of [
      [() => count(theirs, { notes: 9 }, { date: '2026-11-21T11:00:00Z' }), /is older than the known count of 'cabot'/],
      [() => count(theirs, { notes: 9 }, { key: 'group' }), /belongs to no scop, or was revoked/],
      [() => count(theirs, { notes: -4 }), /counts -4 tenants/], [() => count(theirs, { notes: 1e9 }), /counts 1000000000 tenants/],
      [() => count(theirs, 'rubbish'), /was not written by 'catalogue usage'/], [() => count(theirs, '{"date": "2026-11-22T12:00:00Z"}'), /was not written by/],
      [async () => { await count(theirs, { notes: 2 }, { date: '2026-11-22T12:00:00Z' }); fs.appendFileSync(theirs, ' ') }, /signature/],
      [async () => fs.rmSync(`${theirs}.minisig`), /cannot be read/]]) {
      await make()
      await refused(renew(theirs), words)
      assert.equal(used(), 3)
    }
  })
})

test('a version is published once', async () => {
  await catalogue.publish('notes', '1.0.0', { channel: 'beta' })
  await catalogue.publish('notes', '1.0.0')
  await refused(catalogue.publish('notes', '1.0.0', { folder: (folder) => fs.writeFileSync(path.join(folder, 'README.md'), 'Other bytes.') }), /notes 1\.0\.0 has already been published with other bytes/)
})

test('a key taken away: what it signed is installed nowhere any more, also what was fetched before', async () => {
  await spoilt(async () => {
    const id = fs.readFileSync(catalogue.path('scopiton.pub'), 'utf8').match(/[0-9A-F]{16}/)[0]
    await scopiton('catalogue', 'revoke', catalogue.folder, 'scopiton', id, '--key', catalogue.path('group'))
    await stack.cli('catalogue', 'refresh')
    await refused(install('guestbook'), new RegExp(`signed with key ${id} of the scop 'scopiton', which was revoked on 20`))
    await refused(stack.cli('module', 'install', 'clerk', '--tenant', 'lumen'), /which was revoked on/)
    assert.equal((await notes()).status, 200, 'what is installed goes on')
    // Signed anew with the scop's next key, the same package can be installed again.
    await catalogue.key('next')
    await catalogue.scop('scopiton', '--public', catalogue.path('next.pub'))
    const file = catalogue.served('packages/guestbook-1.2.0-linux-amd64.scop')
    fs.rmSync(file + '.minisig')
    await scopiton('module', 'sign', file, '--key', catalogue.path('next'))
    await stack.cli('catalogue', 'refresh')
    await install('guestbook')
    await stack.cli('module', 'purge', 'guestbook', '--tenant', 'acme', '--yes', 'guestbook')
  })
})

test('the group\'s key is handed over: hosts follow, and an older key is worth nothing afterwards', async () => {
  await spoilt(async () => {
    for (const [from, to] of [['group', 'group-2'], ['group-2', 'group-3']]) {
      await catalogue.key(to)
      await scopiton('catalogue', 'rotate', catalogue.folder, '--to', catalogue.path(to), '--key', catalogue.path(from))
    }
    await stack.cli('catalogue', 'refresh')
    await catalogue.forge((index) => { index.number = Number(catalogue.latest()) }, 'group')
    await leavesNothing(() => refused(stack.cli('catalogue', 'refresh'), /which is not the group's/))
  })
})

test('extraneous files, paths that lead elsewhere, links, bombs: an archive is unpacked only as a package', async () => {
  const attempt = async (words, make) => {
    const folder = fs.mkdtempSync(catalogue.path('evil-'))
    fs.cpSync(catalogue.packages.path('notes'), folder, { recursive: true })
    const file = path.join(folder, '..', 'evil.scop')
    make(folder, file, (...args) => execFileSync('tar', ['--zstd', '-cf', file, '-C', folder, ...args]))
    await scopiton('module', 'sign', file, '--key', catalogue.path('scopiton'))
    await assert.rejects(scopiton('module', 'publish', file, '--catalogue', catalogue.folder, '--key', catalogue.path('group')), (error) => (assert.match(error.stdout + error.stderr, words), true))
    assert.deepEqual(fs.readdirSync(catalogue.folder).filter((name) => name.startsWith('.look')), [])
    fs.rmSync(folder, { recursive: true })
  }
  await catalogue.pack('notes', '7.0.0')
  const good = ['module.xml', 'notes.so', 'statements.txt', 'migrations/0001_note.sql']
  await attempt(/has the file 'extra\.sh', which does not belong in a package/, (folder, file, tar) => { fs.writeFileSync(path.join(folder, 'extra.sh'), ''); tar(...good, 'extra.sh') })
  await attempt(/has the path '\.\.\/evil', which leads elsewhere/, (folder, file, tar) => { fs.writeFileSync(path.join(folder, '../evil'), ''); tar('-P', ...good, '../evil') })
  await attempt(/has the path '\/etc\/hostname', which leads elsewhere/, (folder, file, tar) => tar('-P', ...good, '/etc/hostname'))
  await attempt(/has 'README\.md', which is not a plain file/, (folder, file, tar) => { fs.symlinkSync('/etc/passwd', path.join(folder, 'README.md')); tar(...good, 'README.md') })
  await attempt(/does not begin with its manifest/, (folder, file, tar) => tar(...good.slice(1), 'module.xml'))
  await attempt(/has the file 'module\.xml' twice/, (folder, file, tar) => tar('--hard-dereference', ...good, 'module.xml'))
  await attempt(/unpacks to more than the announced bytes/, (folder, file, tar) => { fs.truncateSync(path.join(folder, 'statements.txt'), 500 * 2 ** 20); tar(...good) })
  await attempt(/evil\.scop/, (folder, file) => fs.writeFileSync(file, 'nonsense'))
  await attempt(/.*/, (folder, file, tar) => { tar(...good); fs.truncateSync(file, 3000) })
})

test('over HTTP: endless data is cut off where it should have ended, redirects are not followed', async () => {
  let answer = (request, response) => fs.createReadStream(path.join(catalogue.folder, request.url)).on('error', () => response.writeHead(404).end()).pipe(response)
  const server = http.createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const config = path.join(stack.folder, 'scopiton.conf'), text = fs.readFileSync(config, 'utf8')
  const files = answer, endless = (name) => (request, response) => {
    if (!request.url.endsWith(name)) return files(request, response)
    const more = () => { while (!response.destroyed && response.write('x'.repeat(65536))) continue }
    response.on('drain', more)
    more()
  }
  try {
    fs.writeFileSync(config, text.replace(/catalogue = .*/, `catalogue = http://127.0.0.1:${server.address().port}/`))
    await stack.cli('catalogue', 'refresh')
    for (const [name, words] of [['latest', /has more than the announced 32 bytes/], ['.json.minisig', /has more than the announced 1024 bytes/]]) {
      answer = endless(name)
      await leavesNothing(() => refused(stack.cli('catalogue', 'refresh'), words))
    }
    answer = endless('guestbook-1.2.0-linux-amd64.scop')
    await leavesNothing(() => refused(install('guestbook'), /has more than the announced \d+ bytes/))
    answer = (request, response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end()
    await leavesNothing(() => refused(stack.cli('catalogue', 'refresh'), /\S/))
    answer = (request, response) => response.writeHead(500).end()
    await leavesNothing(() => refused(stack.cli('catalogue', 'refresh'), /500/))
    answer = files
    await install('guestbook')
    assert.equal((await stack.request('acme.localhost', '/fr/guestbook/')).status, 200)
  } finally {
    fs.writeFileSync(config, text)
    server.closeAllConnections()
    server.close()
  }
})

test('a host without a catalogue says so, and one with a wrong key', async () => {
  const config = path.join(stack.folder, 'scopiton.conf'), text = fs.readFileSync(config, 'utf8')
  try {
    fs.writeFileSync(config, text.replace(/catalogue(_key)? = .*\n/g, ''))
    await refused(stack.cli('catalogue', 'refresh'), /this host has no catalogue. Set 'catalogue'/)
    fs.writeFileSync(config, text.replace(/catalogue_key = .*/, 'catalogue_key = nonsense'))
    await refused(stack.cli('catalogue', 'refresh'), /is not a public key in minisign's format/)
    fs.writeFileSync(config, text.replace(/catalogue_key = .*\n/, ''))
    await refused(stack.cli('catalogue', 'refresh'), /'catalogue' needs 'catalogue_key'/)
    fs.writeFileSync(config, text.replace(/catalogue_key = .*/, `catalogue_key = ${catalogue.public('scopiton')}`))
    await refused(stack.cli('catalogue', 'refresh'), /which is not the group's/)
  } finally {
    fs.writeFileSync(config, text)
  }
})

test('a host serves the catalogue through its nginx, for other hosts to install from', async () => {
  await refused(stack.cli('catalogue', 'serve', '/tmp'), /'\/tmp' is not a catalogue/)
  assert.equal((await stack.request('catalogue.localhost', '/latest')).status, 404)
  await stack.cli('catalogue', 'serve', catalogue.folder)
  assert.equal((await stack.request('catalogue.localhost', '/latest')).body.trim(), catalogue.latest())
  for (const url of ['/.lock', '/', '/index/', '/../secrets/.db', '/packages']) assert.ok([301, 400, 403, 404].includes((await stack.request('catalogue.localhost', url)).status), url)
  const config = path.join(stack.folder, 'scopiton.conf'), text = fs.readFileSync(config, 'utf8')
  try {
    fs.writeFileSync(config, text.replace(/catalogue = .*/, `catalogue = http://catalogue.localhost:${stack.port}`))
    await stack.cli('catalogue', 'refresh')
    await stack.cli('module', 'install', 'guestbook', '--tenant', 'lumen')
    assert.equal((await stack.request('lumen.localhost', '/fr/guestbook/')).status, 200)
  } finally {
    fs.writeFileSync(config, text)
  }
  await stack.cli('catalogue', 'serve', '--off')
  assert.equal((await stack.request('catalogue.localhost', '/latest')).status, 404)
})
