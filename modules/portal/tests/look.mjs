// SPDX-License-Identifier: EUPL-1.2
// Prepares what the portal's pages show: a scop's own portal, with a company that it hosts, modules of a catalogue in several versions,
// members on their way in, keys, roles, mails, work that failed, and bills.
import { until } from 'scopiton/test'
import { Packages } from '../../../tests/fault/faults.mjs'
import { Catalogue } from '../../../tests/support/catalogue.mjs'

const PASSWORD = 'trois mots inattendus'
const packages = new Packages('portal', 'shop'), catalogue = await Catalogue.make('guestbook', 'album')
const priced = { manifest: (text) => text.replace('\t<personal', '\t<tariff cents="1500"/>\n\t<personal') }

export const operates = true
export const options = { modules: packages.folder, config: catalogue.config }
export function remove () {
  catalogue.remove()
  packages.removeAll()
}

// Two modules, one of them upgraded and rolled out, for the scop itself and for a company that it hosts.
async function modules (stack) {
  await catalogue.publish('guestbook', '1.0.0', priced)
  await catalogue.publish('album', '1.0.0', { ...priced, from: 'guestbook' })
  await stack.cli('catalogue', 'refresh')
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme', '--scop', 'look', '--owner', 'anna@acme.example', '--owner-name', 'Anna Acker')
  for (const tenant of ['look', 'acme']) {
    await stack.cli('tenant', 'allow', tenant, '50')
    await stack.cli('module', 'install', 'guestbook', '--tenant', tenant)
    await stack.cli('module', 'install', 'shop', '--tenant', tenant)
  }
  await catalogue.publish('guestbook', '1.1.0', priced)
  await stack.cli('catalogue', 'refresh')
  await stack.cli('module', 'rollout', 'guestbook')
  await until('both are upgraded', async () => await stack.sql("SELECT COUNT(*) FROM scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE p.version = '1.1.0'") === '2', 30)
  await catalogue.publish('guestbook', '1.2.0', priced)
  await stack.cli('catalogue', 'refresh')
}

// What takes a month, or a fault, elsewhere.
async function past (stack) {
  const tenants = (await stack.sql('SELECT id FROM scopiton.tenant ORDER BY id')).split('\n')
  for (const id of tenants) await stack.sql(`INSERT INTO scopiton.subscription_period (tenant, module, cents, currency, begins, ends) VALUES (${id}, 'guestbook', 1500, 'EUR', '2026-04-03', '2026-04-30')`)
  for (const tenant of ['look', 'acme']) await stack.cli('tenant', 'statement', tenant, '2026-04', '--close')
  await stack.sql(`INSERT INTO queue.dead (id, role, is_event, name, once, body, created, died, tries, error) VALUES (1, 't1_shop', 0, 'sweep', 'schedule', '{}', UTC_TIMESTAMP(), UTC_TIMESTAMP(), 10, 'Camille');
    INSERT INTO queue.mail (role, recipient, recipient_name, sender_name, subject, html, state, answer, ended) VALUES ('t1_shop', 'camille@example.com', 'Camille Martin', 'Look', 'Camille', '<p>Camille</p>', 'sent', '250 OK', UTC_TIMESTAMP());
    INSERT INTO scopiton.module_request (tenant, module, actor) VALUES (${tenants[1]}, 'shop', 'Anna Acker')`)
}

export async function prepare ({ stack, portal, member, visitor }) {
  const at = (address) => `http://${portal}:${stack.port}/portal${address}`
  const send = async (page, address, fields, button) => {
    await page.goto(at(address))
    for (const [id, text] of Object.entries(fields)) await page.fill(`#${id}`, text)
    await Promise.all([page.waitForNavigation(), page.click(button)])
  }
  // the part of a link's path behind /portal, in a mail to the address
  const linkTo = (address, word) => until(`a mail to ${address}`, async () =>
    (await stack.mails()).findLast((mail) => mail.to.includes(address) && mail.html.includes(word))?.html.match(new RegExp(`http://[^"/]+(/portal${word}[\\w-]+)`))[1], 30)
  await modules(stack)
  await past(stack)
  // a colleague has come in and asks for a new password; another has not answered yet
  for (const [name, mail] of [['Nora Colle', 'nora@look.example'], ['Paul Petit', 'paul@look.example']])
    await send(member, '/members', { name, mail }, 'main form.form button.btn-primary')
  await visitor.goto(`http://${portal}:${stack.port}${await linkTo('nora@', '/invitation/')}`)
  await visitor.fill('#password', PASSWORD)
  await Promise.all([visitor.waitForNavigation(), visitor.click('main form button')])
  await visitor.context().clearCookies()
  await send(visitor, '/forgot', { mail: 'nora@look.example' }, 'main form button')
  await send(member, '/roles', { title: 'Caisse' }, 'main form.form button')
  await member.goto(at('/keys'))
  await member.fill('#name', 'Caisse')
  await member.locator('#may input').first().check()
  await Promise.all([member.waitForNavigation(), member.click('main form.form button')])
  // what the pages of the modules first in the list do not lead to
  return ['/portal/modules/guestbook', '/portal/modules/album/install', '/portal/tenants/2/guestbook', '/portal/tenants/2/guestbook/back',
    await linkTo('paul@', '/invitation/'), await linkTo('nora@', '/reset/'), new URL((await stack.cli('login', 'look', 'owner')).trim()).pathname]
}

export const without = {
  '/as/{role}': 'while developing alone',
  '/statements/{month}/csv': 'no page, but a file',
  '/mails/{id}': 'no page, but the mail itself',
}
