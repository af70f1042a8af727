// SPDX-License-Identifier: EUPL-1.2 Prepares what the shop's pages need in addition to sample.sql:
// a cart, a picture, a file being imported, a customer's link.
import fs from 'node:fs'
import path from 'node:path'
import { until } from 'scopiton/test'

export async function prepare ({ stack, site, portal, member, visitor }) {
  const at = (host, address) => `http://${host}:${stack.port}${address}`
  // the cart of this visitor
  await visitor.goto(at(site, '/fr/shop/p/handbook'))
  await Promise.all([visitor.waitForNavigation(), visitor.click('form[action$="/cart"] button')])
  // a customer's link, from a mail that a job has sent
  await visitor.goto(at(site, '/fr/shop/account'))
  await visitor.fill('main input[name=mail]', 'amelie@example.be')
  await Promise.all([visitor.waitForNavigation(), visitor.click('main form[action$="/account"] button')])
  const link = await until('the customer\'s mail', async () => (await stack.mails()).map(({ html }) => html.match(/\/shop\/account\/in\/[a-z2-7]+/)?.[0]).find(Boolean), 30)
  // a file whose columns are not assigned yet
  const file = path.join(stack.folder, 'more.csv')
  fs.writeFileSync(file, 'product,name,price\nladder,Ladder,45\n')
  await member.goto(at(portal, '/shop/products/import'))
  await member.setInputFiles('input[type=file]', file)
  await Promise.all([member.waitForNavigation(), member.click('main form[enctype="multipart/form-data"] button')])
  return [`/fr${link}`, `/fr/shop/thanks/${'a'.repeat(32)}`, new URL(member.url()).pathname]
}

export const without = {
  '/products/import/{run}/errors': 'no page, but a file',
  '/picture/{hash}': 'no page, but a picture',
  '/products/picture/{hash}': 'no page, but a picture',
}
