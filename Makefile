# SPDX-License-Identifier: EUPL-1.2
# Scopiton. `make run` sets everything up and starts; `make test` sets everything up and passes the tests.
#
#   make               build into build/
#   make run           install what is missing, build, start on http://127.0.0.1:8080/ (PORT=9000, FRESH=1)
#   make test          install what is missing, build, run every test (MODULE=name: that module's alone)
#   make bench bench-life fault fuzz scan docs clean

PORT ?= 8080
BUILD ?= build
VERSION := 0.1.0
SANITIZE ?=

CC := gcc
Q := $(if $(V),,@)
SAY = $(if $(V),@:,@echo)
PACKAGES := libmariadb libxml-2.0 jansson libsodium libpcre2-8 libseccomp libqrencode liboath libarchive
WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wcast-qual -Wmissing-prototypes -Wvla -Wno-format-truncation -Werror
# Nobody puts functions of their own before ours, so calls within the library need not allow for it.
# A process that runs other people's code is hardened throughout, modules included. glibc's checks want no sanitizer beside them.
HARDEN := -fstack-protector-strong -fstack-clash-protection $(if $(filter x86_64,$(shell uname -m)),-fcf-protection) \
	$(if $(SANITIZE),,-D_FORTIFY_SOURCE=3)
CFLAGS := -std=gnu17 -O2 -g -fPIC -fno-semantic-interposition $(WARNINGS) $(HARDEN) $(SANITIZE)
CPPFLAGS = -D_GNU_SOURCE -DSCOPITON_VERSION='"$(VERSION)"' -Icore -Icore/include $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LDFLAGS := -Wl,-z,relro,-z,now $(SANITIZE)
# A module's sources give the same bytes wherever they are built.
SAME := -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(BUILD)=build

# A program is its folder and what it needs of the floors below. What asks for work, mail or calls is in the library that
# modules link; what carries it out is in the programs.
folder = $(wildcard $(patsubst %,core/%/*.c,$(1)))
BASE := $(call folder,base)
ASKING := core/queue/work.c core/mail/mail.c core/http/http.c
LIBRARY := $(filter-out core/data/directory.c,$(call folder,base data view web service)) $(ASKING)
PROGRAM := $(call folder,package installer cli) core/queue/schedule.c
WORKER := $(call folder,worker) core/process/board.c core/package/sandbox.c core/package/loader.c core/data/directory.c
SUPERVISOR := $(call folder,supervisor) core/process/board.c core/data/directory.c core/base/config.c core/base/error.c core/base/log.c
DISPATCHER := $(call folder,dispatcher) core/process/service.c core/data/directory.c core/queue/queue.c core/queue/schedule.c
BROKER := $(call folder,broker) core/process/service.c
MAILER := $(call folder,mailer) core/process/service.c core/mail/post.c core/mail/message.c core/mail/bounce.c
NAMES := $(call folder,build view) core/package/statement.c core/base/arena.c core/base/buffer.c core/base/error.c \
	core/base/value.c core/base/locale.c
# Where modules' sources are and their packages go; an author elsewhere sets both.
MODULE_SOURCES ?= modules
MODULE_OUT ?= $(BUILD)/modules
MODULES := $(notdir $(patsubst %/module.xml,%,$(wildcard $(MODULE_SOURCES)/*/module.xml)))
TEST_MODULES := $(notdir $(patsubst %/module.xml,%,$(wildcard tests/modules/*/module.xml)))

object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
so_of = $(foreach m,$(1),$(2)/$(m)/$(m).so)

.PHONY: test-modules all run test unit bench bench-life fault fuzz docs clean packages webroot
.DELETE_ON_ERROR:
.SECONDARY:

.DEFAULT_GOAL := all
all: $(BUILD)/libexec/scopiton $(BUILD)/libexec/scopiton-worker $(BUILD)/libexec/scopiton-supervisor $(BUILD)/libexec/scopiton-dispatcher $(BUILD)/libexec/scopiton-mailer $(BUILD)/libexec/scopiton-broker \
	$(BUILD)/libscopiton-work.so.1 \
	$(call so_of,$(MODULES),$(MODULE_OUT))

# ---- the host ----

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/gen/module_xsd.c: core/package/module.xsd
	@mkdir -p $(@D)
	$(Q)printf 'extern const char scop_module_xsd[];\nconst char scop_module_xsd[] =\n' > $@
	$(Q)sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $< >> $@
	$(Q)echo ';' >> $@

$(BUILD)/gen/module_xsd.o: $(BUILD)/gen/module_xsd.c
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(CFLAGS) -c $< -o $@

$(BUILD)/libexec/scopiton-names: $(call object,$(NAMES))
	@mkdir -p $(@D)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $^ -lsodium -o $@

$(BUILD)/libscopiton.so.1: $(call object,$(LIBRARY)) $(BUILD)/names/frame/names.o core/libscopiton.map
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) -shared -Wl,-Bsymbolic-functions -Wl,-soname,libscopiton.so.1 -Wl,--version-script=core/libscopiton.map -Wl,-z,defs \
		$(filter %.o,$^) $$(pkg-config --libs libmariadb jansson libsodium libpcre2-8 libqrencode liboath) -lzxcvbn -lm -o $@
	$(Q)ln -sf libscopiton.so.1 $(BUILD)/libscopiton.so

RPATH := -Wl,-rpath,'$$ORIGIN/..' -L$(BUILD) -lscopiton

$(BUILD)/libexec/scopiton: $(call object,$(PROGRAM)) $(BUILD)/gen/module_xsd.o $(BUILD)/libscopiton.so.1
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(RPATH) $$(pkg-config --libs libxml-2.0 libsodium libseccomp libmariadb libarchive jansson libcurl) -ldl -o $@

$(BUILD)/libexec/scopiton-worker: $(call object,$(WORKER)) $(BUILD)/libscopiton.so.1
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(RPATH) $$(pkg-config --libs libsodium libseccomp libmariadb) -lfcgi -ldl -o $@

$(BUILD)/libexec/scopiton-dispatcher: $(call object,$(DISPATCHER)) $(BUILD)/libscopiton.so.1
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(RPATH) $$(pkg-config --libs libsodium libmariadb) -o $@

$(BUILD)/libexec/scopiton-mailer: $(call object,$(MAILER)) $(BUILD)/libscopiton.so.1
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(RPATH) $$(pkg-config --libs libsodium libmariadb libcurl) -o $@

$(BUILD)/libexec/scopiton-broker: $(call object,$(BROKER)) $(BUILD)/libscopiton.so.1
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(RPATH) $$(pkg-config --libs libsodium libmariadb) -lpthread -o $@

$(BUILD)/libscopiton-work.so.1: $(call object,core/http/out.c) $(BUILD)/libscopiton.so.1
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) -shared -Wl,-soname,libscopiton-work.so.1 -Wl,-z,defs $(filter %.o,$^) -L$(BUILD) -lscopiton $$(pkg-config --libs libcurl) -o $@

$(BUILD)/libexec/scopiton-supervisor: $(call object,$(SUPERVISOR))
	@mkdir -p $(@D)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $^ -o $@

# ---- the webroot, from npm's packages and webroot/ ----

node_modules/.done: package.json package-lock.json
	$(SAY) "  npm packages"
	$(Q)npm ci --no-audit --no-fund --loglevel=error
	$(Q)touch $@

$(BUILD)/webroot.done: node_modules/.done tools/webroot.mjs $(shell find webroot -type f)
	$(Q)node tools/webroot.mjs webroot $(BUILD)/webroot
	$(Q)touch $@

# ---- translations, names and modules ----

# What the host says to people in the portal, by these functions and in these files: the portal has it in four languages.
SAYS := -kscop_error_set:2 -kscop_error_errno:2 -kscop_installation_tell:2 -kscop_platform_tell:4
SPEAKERS := $(patsubst %,core/installer/%.c,catalogue choose fetch generation installer life orders platform rehearse rollout sector tenant) \
	core/supervisor/pool.c $(patsubst %,core/package/%.c,index loader minisign package solve)

$(BUILD)/names/portal/reasons.h: $(SPEAKERS)
	@mkdir -p $(@D)
	@xgettext --from-code=UTF-8 -kSCOP_TEXT $(SAYS) -LC --omit-header --no-wrap -o - $^ | sed -n 's/^msgid \(".*"\)$$/\1,/p' > $@

$(BUILD)/names/portal/portal_words.o: $(BUILD)/names/portal/reasons.h

# $(1) the folder of sources, $(2) that of output, $(3) C files with texts, $(4) the symbol, $(5) more of xgettext's keywords. The texts of views and code are
# held against each .po: one that is missing or not translated stops the build. Then the names are made with all in them.
define translations
$(2)/names.stamp: $(BUILD)/libexec/scopiton-names $(BUILD)/webroot.done $$(wildcard $(1)/*.sql $(1)/views/*.html $(1)/i18n/*.po) $(3)
	@mkdir -p $(2)
	@rm -f $(2)/*.mo
	$(Q)$(BUILD)/libexec/scopiton-names $(1) $(2) $(BUILD)/webroot $(4)
	@xgettext --from-code=UTF-8 -kscop_translate:2 -kscop_reject:3 -kscop_reject_with:4 -kscop_note:2 -kscop_note_as:4 -kSCOP_TEXT $(5) -LC --omit-header --force-po -o $(2)/code.pot $(3)
	@msguniq --force-po -o $(2)/views-once.pot $(2)/views.pot && msgcat --force-po --use-first -o $(2)/all.pot $(2)/views-once.pot $(2)/code.pot
	@for language in fr nl de; do \
		msgcmp $(1)/i18n/$$$$language.po $(2)/all.pot 2>$(2)/msgcmp.txt || { cat $(2)/msgcmp.txt >&2; exit 1; }; \
		msgfmt --check-format --check-domain -o $(2)/$$$$language.mo $(1)/i18n/$$$$language.po || exit 1; \
	done
	$(Q)$(BUILD)/libexec/scopiton-names $(1) $(2) $(BUILD)/webroot $(4)
	@touch $$@

$(2)/names.o: $(2)/names.stamp
	$(SAY) "  $$(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(SAME) -I$(2) -c $(2)/names.c -o $$@
endef

$(eval $(call translations,core/web/frame,$(BUILD)/names/frame,core/web/answer.c core/web/field.c core/service/seen.c core/base/csv.c,scop_frame_names))

# $(1) the module's name, $(2) the folder of its sources, $(3) the folder for its package
define module
$(call translations,$(2)/$(1),$(BUILD)/names/$(1),$(wildcard $(2)/$(1)/*.c) $(if $(filter portal,$(1)),$(SPEAKERS)),,$(if $(filter portal,$(1)),$(SAYS)))

$(BUILD)/names/$(1)/%.o: $(2)/$(1)/%.c $(BUILD)/names/$(1)/names.stamp
	$(SAY) "  $$(@:$(BUILD)/%=%)"
	$(Q)$(CC) -std=gnu17 -O2 -g -fPIC $(WARNINGS) $(HARDEN) $(SANITIZE) $(SAME) -fvisibility=hidden -D_GNU_SOURCE -Icore/include -I$(BUILD)/names/$(1) -I$(2)/$(1) -MMD -MP -c $$< -o $$@

$(3)/$(1)/$(1).so: $(patsubst $(2)/$(1)/%.c,$(BUILD)/names/$(1)/%.o,$(wildcard $(2)/$(1)/*.c)) $(BUILD)/names/$(1)/names.o \
		$(BUILD)/libscopiton.so.1 $(BUILD)/libexec/scopiton $(2)/$(1)/module.xml $(wildcard $(2)/$(1)/migrations/*.sql $(2)/$(1)/migrations/*/*.sql $(2)/$(1)/migrations/*/*/*.sql $(2)/$(1)/pictures/* $(2)/$(1)/README.md)
	@rm -rf $(3)/$(1) && mkdir -p $(3)/$(1)
	$(Q)cp $(2)/$(1)/module.xml $(BUILD)/names/$(1)/statements.txt $(3)/$(1)/
	$(Q)for part in migrations README.md pictures; do [ ! -e $(2)/$(1)/$$$$part ] || cp -r $(2)/$(1)/$$$$part $(3)/$(1)/; done
	$(SAY) "  $$(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) -shared -fvisibility=hidden -Wl,-z,defs -Wl,-Bsymbolic $$(filter $(BUILD)/names/%.o,$$^) -L$(BUILD) -lscopiton -o $$@
	@[ -n "$(filter tests/%,$(2))$(SANITIZE)" ] || $(BUILD)/libexec/scopiton check $(3)/$(1) > /dev/null
endef

$(foreach m,$(MODULES),$(eval $(call module,$(m),$(MODULE_SOURCES),$(MODULE_OUT))))

$(foreach m,$(TEST_MODULES),$(eval $(call module,$(m),tests/modules,$(BUILD)/test-modules)))

test-modules: $(call so_of,$(TEST_MODULES),$(BUILD)/test-modules)

# ---- running and testing ----

packages:
	@tools/install-packages

run: packages
	@$(MAKE) --no-print-directory all
	@PORT=$(PORT) FRESH=$(FRESH) BUILD=$(BUILD) exec tools/run

test: packages
	@$(MAKE) --no-print-directory all test-modules
	@BUILD=$(BUILD) MODULE=$(MODULE) tools/test

bench: packages
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory test-modules
	@BUILD=$(abspath $(BUILD)) node tests/bench/bench.mjs
	@BUILD=$(abspath $(BUILD)) node tests/bench/queue.mjs

# What a module's life costs those who are served meanwhile; SIZE_MB=2048 for a large tenant that leaves.
bench-life: packages
	@$(MAKE) --no-print-directory all test-modules
	@BUILD=$(abspath $(BUILD)) node tests/bench/life.mjs

# The long forms of the kill campaigns and the hostile modules.
fault: packages
	@$(MAKE) --no-print-directory all test-modules
	@BUILD=$(abspath $(BUILD)) FAULT_LONG=1 node --test --test-concurrency=1 --test-reporter=spec tests/fault/*.test.js

fuzz: packages
	@SECONDS_EACH=$(or $(SECONDS),60) TARGET=$(TARGET) tools/fuzz

# Scanners from Debian's packages, which nothing else needs.
scan: packages
	@command -v sqlmap >/dev/null && command -v wapiti >/dev/null || tools/install-packages sqlmap wapiti
	@$(MAKE) --no-print-directory all
	@BUILD=$(abspath $(BUILD)) node tests/scan/scan.mjs

docs:
	@command -v doxygen >/dev/null || tools/install-packages doxygen
	@mkdir -p $(BUILD)/docs
	doxygen docs/Doxyfile
	@echo "The API's reference is in build/docs/html/index.html"

clean:
	rm -rf build build-asan build-fuzz

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# ---- unit tests: each file a program, linked with all of the host, usually with sanitizers (see tools/test) ----

UNITS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/*_test.c)) \
	$(patsubst %.c,$(BUILD)/tests/%,$(wildcard modules/*/tests/*_test.c))
HOST_OBJECTS := $(call object,$(sort $(LIBRARY) core/data/directory.c core/process/board.c core/broker/address.c core/broker/socks.c core/dispatcher/fcgi.c \
	$(filter-out core/http/out.c,$(call folder,package queue mail http)))) \
	$(BUILD)/gen/module_xsd.o $(BUILD)/names/frame/names.o

$(BUILD)/libscopiton-static.a: $(HOST_OBJECTS)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/tests/unit/%_test: tests/unit/%_test.c $(BUILD)/libscopiton-static.a
	@mkdir -p $(@D)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $< $(BUILD)/libscopiton-static.a -lcmocka $$(pkg-config --libs $(PACKAGES)) -lzxcvbn -lm -ldl $(SANITIZE) -o $@

$(BUILD)/tests/modules/%_test: modules/%_test.c $(BUILD)/libscopiton-static.a
	@mkdir -p $(@D)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -Imodules/$(firstword $(subst /, ,$*)) -MMD -MP $< $(BUILD)/libscopiton-static.a -lcmocka $$(pkg-config --libs $(PACKAGES)) -lzxcvbn -lm -ldl $(SANITIZE) -o $@

unit: $(UNITS)
