// SPDX-License-Identifier: EUPL-1.2
// The processes of the machine that have a program. The kernel's own are often most of all, and each look at one costs as much as at
// another: tests that wait for a process look twenty times a second.
import fs from 'node:fs'

function kernels () {
  const read = (name) => fs.readFileSync(`/proc/2/${name}`, 'latin1').trim()
  try { return new Set(read('comm') === 'kthreadd' && read('cmdline') === '' ? ['2', ...read('task/2/children').split(' ')] : []) } catch { return new Set() }
}

// Their ids, as texts.
export function processIds () {
  const none = kernels()
  return fs.readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && !none.has(pid))
}
