// SPDX-License-Identifier: EUPL-1.2
// Which scop a module's name belongs to on a host, and what becomes of rights that a newer manifest no longer has.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { start } from '../support/stack.mjs'

let packages, stack

before(async () => {
  packages = new Packages('portal', 'lending')
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
})
after(async () => { await stack?.stop(); packages?.removeAll() })

const module = (verb, ...more) => stack.cli('module', verb, 'lending', '--tenant', 'acme', ...more)
const scop = () => stack.sql("SELECT scop FROM scopiton.module WHERE name = 'lending'")
const refused = (promise, words) => assert.rejects(promise, (error) => { assert.match(error.stdout + error.stderr, words); return true })
const rights = () => stack.sql("SELECT GROUP_CONCAT(role, ' ', permission ORDER BY 1) FROM t1.role_permission WHERE permission LIKE 'lending.%'")

test('a package that is offered takes no name; one that is installed does', async () => {
  assert.equal(await scop(), '')
  await module('install')
  assert.equal(await scop(), 'scopiton')
})

test('a package of another scop is refused with the command that gives it the name', async () => {
  packages.edit('lending', 'module.xml', (text) => text.replace('version="1.0.0" scop="scopiton"', 'version="1.1.0" scop="outils"').replaceAll('lending.see', 'lending.look'))
  await refused(module('upgrade'), /on this host the module 'lending' belongs to the scop 'scopiton', but this package comes from 'outils'\. 'scopiton catalogue give lending outils' assigns the name to it\./)
  await stack.sql("INSERT INTO scopiton.catalogue_module (name, scop, category, title, summary) VALUES ('lending', 'lumen', 'office', '', '')")
  await refused(stack.cli('catalogue', 'give', 'lending', 'outils'), /the catalogue says that 'lending' belongs to the scop 'lumen'/)
  await stack.sql("DELETE FROM scopiton.catalogue_module WHERE name = 'lending'")
  await refused(stack.cli('catalogue', 'give', 'nothing', 'outils'), /this host has no module 'nothing'/)
  assert.match(await stack.cli('catalogue', 'give', 'lending', 'outils'), /on this host the name belongs to the scop 'outils'/)
})

test('a right that the newer manifest does not have is taken from all roles', async () => {
  await stack.sql("INSERT INTO t1.role (name) VALUES ('helper'); INSERT INTO t1.role_permission (role, permission) VALUES ('helper', 'lending.see')")
  assert.equal(await rights(), 'helper lending.see,lender lending.see,owner lending.see')
  await module('upgrade')
  assert.equal(await rights(), 'lender lending.look,owner lending.look')
})

test('purged everywhere, the name is free', async () => {
  await module('purge', '--yes', 'lending')
  assert.equal(await scop(), '')
  packages.edit('lending', 'module.xml', (text) => text.replace('scop="outils"', 'scop="autre"'))
  await module('install')
  assert.equal(await scop(), 'autre')
})
