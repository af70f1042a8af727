// SPDX-License-Identifier: EUPL-1.2
// A form that has only a button is sent by itself; without this the button does it.
document.querySelector('form[data-send]').requestSubmit()
