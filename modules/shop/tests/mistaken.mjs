// SPDX-License-Identifier: EUPL-1.2
// Exports that others' shops could have written, each with the same mistakes: a wrong price, no name, a stock in words, a row that ends
// early, a variant of nothing, a SKU for the second time, a variant of what is refused. A text with a line's end stands before them.
export const mistaken = {
  WooCommerce: `ID,Type,SKU,Name,Description,"In stock?",Stock,"Sale price","Regular price",Categories,Parent
901,simple,W-1,Lanterne,"Deux lignes,
dans un champ.",1,4,,"12,50",Lanternes,
902,simple,W-2,Bougie,,1,4,,douze,Lanternes,
903,simple,W-3,,,1,4,,5,Lanternes,
904,simple,W-4,Allumettes,,1,quatre,,5,Lanternes,
905,simple,W-5,Trop court
906,variation,W-6,Orpheline,,1,4,,5,,
907,variation,W-7,Orpheline,,1,4,,5,,absent
908,simple,W-1,Lanterne encore,,1,9,,20,Lanternes,
909,variation,W-8,Bougie,,1,4,,5,,id:902
910,variation,W-9,Bougie,,1,4,,5,,W-2
`,
  Shopify: `Handle,Title,Body (HTML),Type,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Price
lanterne,Lanterne,"<p>Deux lignes,
dans un champ.</p>",Lanternes,true,Title,Default Title,W-1,300,shopify,4,12.50
bougie,Bougie,,Lanternes,true,Title,Default Title,W-2,300,shopify,4,douze
sans-titre,,,Lanternes,true,Title,Default Title,W-3,300,shopify,4,5.00
allumettes,Allumettes,,Lanternes,true,Title,Default Title,W-4,300,shopify,quatre,5.00
court,Trop court
legere,Plume,,Lanternes,true,Title,Default Title,W-6,beaucoup,shopify,4,5.00
sans-prix,Sans prix,,Lanternes,true,Title,Default Title,W-7,300,shopify,4,
encore,Lanterne encore,,Lanternes,true,Title,Default Title,W-1,300,shopify,9,20.00
bougie,,,,,,Grande,W-8,300,shopify,4,5.00
`
}

// Line and column, and the message.
const price = /The price is not an amount such as 12\.50/, stock = /The stock is not a whole number/, orphan = /This variant's article is neither in the file nor in the shop/
const again = /Another article has this SKU too; both are kept/, follows = /The row of this variant's article has an error/
export const expected = {
  WooCommerce: [['4:9', 'error', price], ['5:4', 'error', /The name is missing/], ['6:7', 'error', stock], ['7:9', 'warning', /It has no price there/],
    ['8:11', 'error', /This variation names no parent/], ['9', 'error', orphan], ['10', 'warning', again], ['11', 'error', follows], ['12', 'error', follows]],
  Shopify: [['4:12', 'error', price], ['5', 'error', orphan], ['6:11', 'error', stock], ['7:12', 'error', /The price is missing/],
    ['8:9', 'error', /The weight is not a number/], ['9:12', 'error', /The price is missing/], ['10', 'warning', again], ['11', 'error', follows]]
}

// A text in UTF-8 in which one byte, written as \x01, has gone wrong.
export const damaged = (text) => Buffer.from(Buffer.from(text).map((byte) => byte === 1 ? 0xe9 : byte))
