// SPDX-License-Identifier: EUPL-1.2
// A proxy in front of a scanned Scopiton: it keeps a scanner's session, adds a form key to each form that the scanner sends, because no
// scanner knows how to get one, and records the requests.
import http from 'node:http'

// Buttons that would end the session or switch off what is looked at lead nowhere. (wapiti's own -x fails under Debian 12's Python.)
const ENDS = /^\/portal\/(sign-out|account(\/sessions.*|\/second.*)?$|(modules|tenants\/\d+)\/\w+\/(disable|order)$|members\/\d+\/(role|remove)$)/

export const seen = new Map() // by host, method and status: which paths were asked for
const forms = new Map() // by host and action: the page that has the form

export function ask (port, method, url, headers, body) {
  return new Promise((resolve, reject) => {
    http.request({ host: '127.0.0.1', port, path: url, method, headers: { ...headers, 'accept-encoding': 'identity', ...(body && { 'content-length': body.length }) } }, (answer) => {
      const parts = []
      answer.on('data', (part) => parts.push(part))
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }))
    }).on('error', reject).end(body)
  })
}

const without = (headers, ...names) => Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
const keyOf = (page, action) => page.slice(page.indexOf(`action="${action}"`)).match(/name="_key" value="([^"]+)"/)?.[1]

// The form as it would be sent from a page that was opened just now.
async function withKey (port, { url, headers }, body) {
  const action = url.split('?')[0], from = forms.get(headers.host + action)
  if (!from) return body
  const { host, cookie } = headers, page = (await ask(port, 'GET', from, { host, ...(cookie && { cookie }) })).body.toString(), key = keyOf(page, action)
  if (!key) return body
  const text = body.toString('latin1')
  if (/multipart/.test(headers['content-type'])) return Buffer.from(text.replace(/(name="_key"\r\n\r\n)[^\r]*/, `$1${key}`), 'latin1')
  return Buffer.from(/(^|&)_key=/.test(text) ? text.replace(/(^|&)_key=[^&]*/, `$1_key=${key}`) : `${text}&_key=${key}`, 'latin1')
}

function note ({ url, headers }, answer) {
  const key = `${headers.host} ${answer.method} ${answer.status}`
  seen.set(key, (seen.get(key) ?? new Set()).add(url.split('?')[0]))
  if (answer.method !== 'GET' || !/html/.test(answer.headers['content-type'])) return
  for (const [, action] of answer.body.toString().matchAll(/<form[^>]* action="([^"]+)"/g)) if (!forms.has(headers.host + action)) forms.set(headers.host + action, url)
}

// A server before the one on `port`.
export const front = (port) => new Promise((resolve) => {
  const server = http.createServer(async (request, response) => {
    const parts = []
    for await (const part of request) parts.push(part)
    if (ENDS.test(request.url.split('?')[0]) && request.method === 'POST') return response.writeHead(404).end()
    try {
      const { method, url } = request, headers = without(request.headers, 'content-length', 'transfer-encoding')
      const body = method === 'POST' ? await withKey(port, request, Buffer.concat(parts)) : undefined
      const answer = await ask(port, method, url, headers, body)
      note(request, { ...answer, method })
      response.writeHead(answer.status, { ...without(answer.headers, 'transfer-encoding', 'connection'), 'content-length': answer.body.length }).end(method === 'HEAD' ? undefined : answer.body)
    } catch { response.destroy() }
  }).listen(0, '127.0.0.1', () => resolve(server))
})
