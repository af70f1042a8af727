/*
 * The shop: products by category, each ordered on one page and paid by bank transfer.
 * Here stand its tables only; handlers are in shop_catalogue.c, shop_order.c, shop_state.c and shop_import.c.
 */
#include "shop.h"

static const char *const countries[] = { "BE", "FR", NULL };

static const struct scop_field page_fields[] = {
	{ .name = "page", .type = SCOP_FIELD_INT, .min = 1, .max = 100000 },
	{ 0 }
};

static const struct scop_field choice_fields[] = {
	{ .name = "variant", .type = SCOP_FIELD_ID,  .required = true },
	{ .name = "count",   .type = SCOP_FIELD_INT, .min = 1, .max = 99 },
	{ 0 }
};

static const struct scop_field order_fields[] = {
	{ .name = "variant",     .type = SCOP_FIELD_ID,     .required = true },
	{ .name = "count",       .type = SCOP_FIELD_INT,    .required = true, .min = 1, .max = 99 },
	{ .name = "name",        .type = SCOP_FIELD_TEXT,   .required = true, .max = 100 },
	{ .name = "mail",        .type = SCOP_FIELD_EMAIL,  .required = true },
	{ .name = "street",      .type = SCOP_FIELD_TEXT,   .required = true, .max = 120 },
	{ .name = "postal_code", .type = SCOP_FIELD_TEXT,   .required = true, .pattern = "[0-9]{4,5}",
	  .message = SCOP_TEXT("A postal code has 4 digits in Belgium, 5 in France.") },
	{ .name = "city",        .type = SCOP_FIELD_TEXT,   .required = true, .max = 80 },
	{ .name = "country",     .type = SCOP_FIELD_CHOICE, .required = true, .choices = countries },
	{ 0 }
};

static const struct scop_field payment_fields[] = {
	{ .name = "beneficiary", .type = SCOP_FIELD_TEXT, .required = true, .max = 70 },
	{ .name = "iban",        .type = SCOP_FIELD_TEXT, .required = true, .pattern = "[A-Z]{2}[0-9]{2}[A-Z0-9 ]{11,38}",
	  .message = SCOP_TEXT("An account number looks like BE68 5390 0754 7034.") },
	{ .name = "bic",         .type = SCOP_FIELD_TEXT, .pattern = "[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?",
	  .message = SCOP_TEXT("A BIC has 8 or 11 letters and digits, such as TRIOBEBB.") },
	{ 0 }
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET,  .path = "/",               .name = "list",     .handle = shop_list,     .fields = page_fields, .api = true },
	{ .method = SCOP_GET,  .path = "/c/{category}",   .name = "category", .handle = shop_category, .fields = page_fields, .api = true },
	{ .method = SCOP_GET,  .path = "/p/{slug}",       .name = "product",  .handle = shop_product,  .api = true },
	{ .method = SCOP_GET,  .path = "/picture/{hash}", .name = "picture",  .handle = shop_picture },
	{ .method = SCOP_GET,  .path = "/order",          .name = "order",    .handle = shop_order_show, .fields = choice_fields },
	{ .method = SCOP_POST, .path = "/order",          .name = "place",    .handle = shop_order_place, .fields = order_fields, .form = shop_order_show },
	{ .method = SCOP_GET,  .path = "/thanks/{token}", .name = "thanks",   .handle = shop_thanks },
	{ .method = SCOP_GET,  .path = "/orders",         .name = "orders",   .handle = shop_orders, .fields = page_fields, .permission = "shop.orders", .api = true },
	{ .method = SCOP_GET,  .path = "/orders/{number}", .name = "one-order", .handle = shop_order, .permission = "shop.orders" },
	{ .method = SCOP_POST, .path = "/orders/{number}/state", .name = "change-order", .handle = shop_order_change, .fields = shop_state_fields, .form = shop_order, .permission = "shop.process" },
	{ .method = SCOP_GET,  .path = "/settings",       .name = "settings", .handle = shop_settings_show, .permission = "shop.settings" },
	{ .method = SCOP_POST, .path = "/settings",       .name = "save-settings", .handle = shop_settings_save, .fields = payment_fields, .form = shop_settings_show, .permission = "shop.settings" },
	{ 0 }
};

static const struct scop_import imports[] = {
	{ .name = "products", .handle = shop_import_products },
	{ .name = "payment",  .handle = shop_import_payment },
	{ 0 }
};

SCOP_MODULE(.routes = routes, .imports = imports);
