// SPDX-License-Identifier: EUPL-1.2
// The bare program behind an nginx of its own: same binary, same settings, and a static file.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { freePort, run } from './machine.mjs'
import { root, until } from '../support/stack.mjs'

const STATIC_BYTES = 10000

async function build (folder) {
  const { stdout } = await run('pkg-config', ['--cflags', '--libs', 'libmariadb'])
  const program = path.join(folder, 'bare')
  await run('gcc', ['-std=gnu17', '-O2', '-g', '-D_GNU_SOURCE', path.join(import.meta.dirname, 'bare.c'), '-o', program,
    ...stdout.trim().split(/\s+/), '-lfcgi'])
  return program
}

async function fill (stack) {
  await stack.sql(`CREATE DATABASE bare CHARACTER SET utf8mb4; USE bare;
    CREATE TABLE item (id INT UNSIGNED PRIMARY KEY, name VARCHAR(80) NOT NULL, text VARCHAR(1000) NOT NULL);
    INSERT INTO item SELECT seq, CONCAT('Item ', seq), REPEAT('a word ', 30) FROM seq_1_to_10000`)
}

// The host's own nginx but for its routes: the same http block, limits included, and one plain location.
function configuration (stack, folder, port) {
  const ours = fs.readFileSync(path.join(stack.folder, 'nginx.conf'), 'utf8')
  const http = ours.slice(0, ours.indexOf('\tserver {')).replaceAll(stack.folder + '/', folder + '/')
  const limits = ours.match(/^\t\tlimit_.*;$/mg).join('\n')
  // the bare program closes its connections itself: to wait for nginx would cost it a turn for each request
  const params = fs.readFileSync(path.join(root, 'nginx/fastcgi.conf'), 'utf8').replace(/^fastcgi_param (STORED|CLOSED|SESSION) .*\n/mg, '')
    .replace(/^fastcgi_keep_conn on;/m, 'fastcgi_keep_conn off;')

  // variables that the http block reads, and the host's own server sets
  const named = [...new Set([...ours.matchAll(/^\t\t\t?(?:set|auth_request_set) \$(\w+)/mg)].map(([, name]) => name))]

  for (const name of ['log', 'nginx']) fs.mkdirSync(path.join(folder, name), { recursive: true })
  fs.writeFileSync(path.join(folder, 'fastcgi.conf'), params)
  return `${http}
	server {
		listen 127.0.0.1:${port} backlog=4096;
		root ${folder}/static;
		${named.map((name) => `set $${name} "";`).join(' ')}
		set $side site;
${limits}
		location / { }
		location ~ ^/(r|same/) { include ${folder}/fastcgi.conf; fastcgi_pass unix:${folder}/sock; }
	}
}
`
}

async function end (child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

// Builds and starts it; returns its port and a function that stops it. `reads` names statements to read as a page of ours does: { name,
// database, sql, args }.
export async function startBare (stack, workers, reads = []) {
  const folder = path.join(stack.folder, 'bare')
  const socket = fs.readFileSync(path.join(stack.folder, 'scopiton.conf'), 'utf8').match(/^db_socket = (.*)$/m)[1]
  const port = await freePort()
  const children = []
  const stop = async () => { for (const child of children.reverse()) await end(child) }

  fs.mkdirSync(path.join(folder, 'static'), { recursive: true })
  fs.writeFileSync(path.join(folder, 'static/10k.html'), 'x'.repeat(STATIC_BYTES))
  fs.writeFileSync(path.join(folder, 'nginx.conf'), configuration(stack, folder, port))
  fs.writeFileSync(path.join(folder, 'reads'), reads.map(({ name, database, sql, args }) =>
    [name, database, sql, ...args].join('\t') + '\n').join(''))
  await fill(stack)
  const program = await build(folder)
  try {
    children.push(spawn(program, [path.join(folder, 'sock'), String(workers), socket, path.join(stack.folder, 'secrets/.db'),
      path.join(folder, 'reads')],
      { stdio: ['ignore', 'inherit', 'inherit'] }))
    await until('the bare program listens', () => fs.existsSync(path.join(folder, 'sock')))
    fs.chmodSync(path.join(folder, 'sock'), 0o666)
    children.push(spawn('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf'), '-e', path.join(folder, 'error.log'),
      '-g', 'daemon off;'], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } }))
    await until('the bare program answers', async () => {
      try { return (await fetch(`http://127.0.0.1:${port}/r1`)).status === 200 } catch { return false }
    })
  } catch (error) {
    await stop()
    throw error
  }
  return { port, stop }
}
