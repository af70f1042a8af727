/*
 * The shop: products by category, a cart, an order on one page, paid by bank transfer. Here stand its tables only; shop.h says
 * where each handler is.
 */
#include "shop.h"

static const struct scop_field page_fields[] = {
	{ .name = "page", .type = SCOP_FIELD_INT, .min = 1, .max = 100000 },
	{ 0 }
};

static const struct scop_route routes[] = {
	/* the public side */
	{ .method = SCOP_GET,  .path = "/",                .name = "list",     .handle = shop_list,     .fields = page_fields, .api = true },
	{ .method = SCOP_GET,  .path = "/c/{category}",    .name = "category", .handle = shop_category, .fields = page_fields, .api = true },
	{ .method = SCOP_GET,  .path = "/p/{slug}",        .name = "product",  .handle = shop_product,  .api = true },
	{ .method = SCOP_POST, .path = "/p/{slug}/cart",   .name = "add",      .handle = shop_cart_add, .fields = shop_add_fields, .form = shop_product },
	{ .method = SCOP_GET,  .path = "/picture/{hash}",  .name = "picture",  .handle = shop_picture },
	{ .method = SCOP_GET,  .path = "/cart",            .name = "cart",     .handle = shop_cart },
	{ .method = SCOP_POST, .path = "/cart/{variant}",  .name = "count",    .handle = shop_cart_change, .fields = shop_count_fields, .form = shop_cart },
	{ .method = SCOP_GET,  .path = "/order",           .name = "order",    .handle = shop_checkout },
	{ .method = SCOP_POST, .path = "/order",           .name = "place",    .handle = shop_order_place, .fields = shop_order_fields, .form = shop_checkout },
	{ .method = SCOP_GET,  .path = "/thanks/{token}",  .name = "thanks",   .handle = shop_thanks },
	{ .method = SCOP_GET,  .path = "/account",         .name = "account",  .handle = shop_account },
	{ .method = SCOP_POST, .path = "/account",         .name = "ask",      .handle = shop_account_ask, .fields = shop_account_fields, .form = shop_account },
	{ .method = SCOP_POST, .path = "/account/leave",   .name = "leave",    .handle = shop_account_leave },
	{ .method = SCOP_GET,  .path = "/account/in/{token}", .name = "account-link", .handle = shop_account_link },
	{ .method = SCOP_POST, .path = "/account/in/{token}", .name = "enter", .handle = shop_account_enter },

	/* in the portal */
	{ .method = SCOP_GET,  .path = "/orders",          .name = "orders",   .handle = shop_orders, .fields = shop_orders_fields, .permission = "shop.orders", .api = true },
	{ .method = SCOP_POST, .path = "/orders",          .name = "change-orders", .handle = shop_orders_change, .fields = shop_states_fields, .form = shop_orders, .permission = "shop.process" },
	{ .method = SCOP_GET,  .path = "/tile",            .name = "tile",     .handle = shop_tile, .permission = "shop.orders" },
	{ .method = SCOP_GET,  .path = "/orders/file",     .name = "orders-file", .handle = shop_orders_file, .fields = shop_orders_fields, .permission = "shop.orders" },
	{ .method = SCOP_GET,  .path = "/orders/{number}", .name = "one-order", .handle = shop_order, .permission = "shop.orders" },
	{ .method = SCOP_POST, .path = "/orders/{number}/state", .name = "change-order", .handle = shop_order_change, .fields = shop_state_fields, .form = shop_order, .permission = "shop.process" },
	{ .method = SCOP_GET,  .path = "/products",        .name = "products", .handle = shop_products, .fields = shop_products_fields, .permission = "shop.products", .api = true },
	{ .method = SCOP_POST, .path = "/products",        .name = "publish",  .handle = shop_products_publish, .fields = shop_publish_fields, .form = shop_products, .permission = "shop.products" },
	{ .method = SCOP_GET,  .path = "/products/file",   .name = "products-file", .handle = shop_products_file, .fields = shop_products_fields, .permission = "shop.products" },
	{ .method = SCOP_GET,  .path = "/products/new",    .name = "new-product", .handle = shop_product_new, .permission = "shop.products" },
	{ .method = SCOP_POST, .path = "/products/new",    .name = "add-product", .handle = shop_product_add, .fields = shop_new_fields, .form = shop_product_new, .permission = "shop.products" },
	{ .method = SCOP_GET,  .path = "/products/import", .name = "imports",  .handle = shop_imports, .permission = "shop.products" },
	{ .method = SCOP_POST, .path = "/products/import", .name = "upload",   .handle = shop_import_upload, .fields = shop_upload_fields, .form = shop_imports, .permission = "shop.products" },
	{ .method = SCOP_GET,  .path = "/products/import/{run}", .name = "import", .handle = shop_import_show, .permission = "shop.products" },
	{ .method = SCOP_POST, .path = "/products/import/{run}", .name = "map", .handle = shop_import_map, .fields = shop_map_fields, .form = shop_import_show, .permission = "shop.products" },
	{ .method = SCOP_POST, .path = "/products/import/{run}/start", .name = "start-import", .handle = shop_import_start, .form = shop_import_show, .permission = "shop.products" },
	{ .method = SCOP_GET,  .path = "/products/picture/{hash}", .name = "own-picture", .handle = shop_picture, .permission = "shop.products" },
	{ .method = SCOP_GET,  .path = "/products/{product}", .name = "edit-product", .handle = shop_product_edit, .permission = "shop.products" },
	{ .method = SCOP_POST, .path = "/products/{product}", .name = "save-product", .handle = shop_product_save, .fields = shop_product_fields, .form = shop_product_edit, .permission = "shop.products" },
	{ .method = SCOP_POST, .path = "/products/{product}/picture", .name = "save-picture", .handle = shop_product_picture, .fields = shop_picture_fields, .form = shop_product_edit, .permission = "shop.products" },
	{ .method = SCOP_POST, .path = "/products/{product}/variants", .name = "add-variant", .handle = shop_variant_add, .fields = shop_variant_new_fields, .form = shop_product_edit, .permission = "shop.products" },
	{ .method = SCOP_POST, .path = "/products/{product}/variants/{variant}", .name = "save-variant", .handle = shop_variant_save, .fields = shop_variant_fields, .form = shop_product_edit, .permission = "shop.products" },
	{ .method = SCOP_GET,  .path = "/settings",        .name = "settings", .handle = shop_settings_show, .permission = "shop.settings" },
	{ .method = SCOP_POST, .path = "/settings",        .name = "save-settings", .handle = shop_settings_save, .fields = shop_payment_fields, .form = shop_settings_show, .permission = "shop.settings" },
	{ .method = SCOP_POST, .path = "/settings/selling", .name = "save-selling", .handle = shop_selling_save, .fields = shop_selling_fields, .form = shop_settings_show, .permission = "shop.settings" },
	{ .method = SCOP_POST, .path = "/settings/steps",  .name = "add-step", .handle = shop_step_add, .fields = shop_step_fields, .form = shop_settings_show, .permission = "shop.settings" },
	{ .method = SCOP_POST, .path = "/settings/steps/{step}", .name = "remove-step", .handle = shop_step_remove, .permission = "shop.settings" },
	{ 0 }
};

static const struct scop_job jobs[] = {
	{ .name = "sweep",           .handle = shop_sweep_job },
	{ .name = "customer_link",   .handle = shop_account_job },
	{ .name = "tell_customers",  .handle = shop_state_job },
	{ .name = "check_import",    .handle = shop_check_job },
	{ .name = "import_products", .handle = shop_import_job },
	{ 0 }
};

static const struct scop_import imports[] = {
	{ .name = "products", .handle = shop_import_products },
	{ .name = "payment",  .handle = shop_import_payment },
	{ 0 }
};

SCOP_MODULE(.routes = routes, .jobs = jobs, .imports = imports);
