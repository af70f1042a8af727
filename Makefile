# SPDX-License-Identifier: EUPL-1.2
# Scopiton. `make run` sets everything up and starts; `make test` sets everything up and passes the tests.
#
#   make               build into build/
#   make run           install what is missing, build, start on http://127.0.0.1:8080/ (PORT=9000, FRESH=1)
#   make test          install what is missing, build, run every test (MODULE=name: that module's alone)
#   make words         bring the translations up to date with the texts (MODULE=name); make DRAFT=1 builds without all of them
#   make api           record the public API, which the tests hold against tests/api/api.txt
#   make install       programs, headers and what modules are built with elsewhere (PREFIX=/usr/local, DESTDIR=)
#   make lint          includes, layout, static checks, commits
#   make bench bench-life fault fuzz valgrind scan docs clean

PORT ?= 8080
BUILD ?= build
VERSION := 0.2.0
SANITIZE ?=

CC := gcc
PACKAGES := libmariadb libxml-2.0 jansson libsodium libpcre2-8 libseccomp libqrencode liboath libarchive libzip libical

# The rules for modules, which authors elsewhere use too, with what this tree builds.
SDK_NAMES := $(BUILD)/libexec/scopiton-names
SDK_LINT := $(BUILD)/libexec/scopiton-lint
SDK_TEXTS := $(BUILD)/libexec/scopiton-texts
SDK_WEBROOT := $(BUILD)/webroot
SDK_READY := $(BUILD)/webroot.done
SDK_INCLUDE := -Icore/include
SDK_MAP := core/libscopiton.map
SDK_LIB := $(BUILD)
SDK_TEST_FLAGS = $(CPPFLAGS)
SDK_TEST_LIBS := $(BUILD)/libscopiton-test.a $(BUILD)/libscopiton-static.a
SDK_TEST_LINK = $$(pkg-config --libs $(PACKAGES)) -lzxcvbn -lm -ldl
# A sanitizer's build tests with the programs and packages of the plain one.
SDK_TEST_BUILD = $(if $(SANITIZE),$(PLAIN),$(BUILD))
SDK_TEST_HELPER := tools/module-db
PLAIN ?= build
WORK := $(BUILD)/names
include sdk/module.mk

# Nobody puts functions of their own before ours, so calls within the library need not allow for it.
CFLAGS := -std=gnu17 -O2 -g -fPIC -fno-semantic-interposition $(WARNINGS) $(HARDEN) $(SANITIZE)
CPPFLAGS := -D_GNU_SOURCE -DSCOPITON_VERSION='"$(VERSION)"' -Icore -Icore/include $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LDFLAGS := -Wl,-z,relro,-z,now $(SANITIZE)
$(call remember,$(BUILD)/flags,$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS))

# A program is its folder and what it needs of the floors below. What asks for work, mail or calls is in the library that
# modules link; what carries it out is in the programs.
folder = $(wildcard $(patsubst %,core/%/*.c,$(1)))
BASE := $(call folder,base)
ASKING := core/queue/work.c core/queue/command.c core/mail/mail.c core/mail/check.c core/http/http.c
LIBRARY := $(call folder,base data view web service format) $(ASKING)
PROGRAM := $(call folder,package installer cli) $(patsubst %,core/process/%.c,channel control arguments gateway lease settings) core/queue/schedule.c
WORKER := $(call folder,worker) $(patsubst %,core/process/%.c,board arguments channel settings) core/package/sandbox.c core/package/loader.c core/package/widen.c
GATEWAY := $(call folder,gateway) $(patsubst %,core/process/%.c,board ledger arguments channel settings)
SUPERVISOR := $(call folder,supervisor) $(patsubst %,core/process/%.c,board ledger channel control arguments gateway settings) core/data/directory.c core/base/config.c core/base/network.c core/base/error.c core/base/said.c core/base/log.c core/base/utf8.c
DISPATCHER := $(call folder,dispatcher) core/process/service.c core/queue/queue.c core/queue/schedule.c
EXPLAINER := $(call folder,explainer) core/package/sandbox.c core/base/error.c core/base/said.c core/base/log.c core/base/utf8.c
BROKER := $(call folder,broker) core/process/service.c
SESSION := $(call folder,session) core/process/service.c
MAILER := $(call folder,mailer) core/process/service.c core/mail/post.c core/mail/message.c core/mail/bounce.c
NAMES := $(call folder,build view) $(patsubst %,core/package/%.c,statement manifest version) core/queue/schedule.c $(BASE)
LINT := $(call folder,lint package) core/build/files.c core/queue/schedule.c
# Formats that need a foreign library, each a library of its own: a worker loads it only for a module that calls it.
FORMATS := $(SDK_FORMATS)
FORMAT_LIBRARIES := $(patsubst %,$(BUILD)/libscopiton-%.so.1,$(FORMATS))
NEEDED_BY_xml := libxml-2.0
NEEDED_BY_zip := libzip
NEEDED_BY_calendar := libical
# Where modules' sources are and their packages go; an author elsewhere sets both.
MODULE_SOURCES ?= modules
MODULE_OUT ?= $(BUILD)/modules
MODULES := $(notdir $(patsubst %/module.xml,%,$(wildcard $(MODULE_SOURCES)/*/module.xml)))
TEST_MODULES := $(notdir $(patsubst %/module.xml,%,$(wildcard tests/modules/*/module.xml)))

object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

# What a program or library is made of. One that loses a file, or gets one that was compiled before, is newer than all of its files: its
# list asks for another link, and this file does, which says how.
LISTS := LIBRARY PROGRAM WORKER GATEWAY SUPERVISOR DISPATCHER EXPLAINER BROKER SESSION MAILER NAMES LINT
$(foreach list,$(LISTS),$(call remember,$(BUILD)/lists/$(list),$($(list))))
linked = $(BUILD)/lists/$(1) Makefile

so_of = $(foreach m,$(1),$(2)/$(m)/$(m).so)

.PHONY: modules test-modules words install all run test look lint unit api bench bench-life fault siege fuzz valgrind docs release clean packages webroot
.DELETE_ON_ERROR:
.SECONDARY:

.DEFAULT_GOAL := all
PROGRAMS := $(addprefix $(BUILD)/libexec/,scopiton $(addprefix scopiton-,worker gateway supervisor session explainer dispatcher mailer broker lint))
all: $(PROGRAMS) $(addprefix $(BUILD)/libexec/scopiton-,texts words dev-host) $(BUILD)/libscopiton-work.so.1 $(FORMAT_LIBRARIES) modules

# ---- the host ----

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/gen/module_xsd.c: core/package/module.xsd
	@mkdir -p $(@D)
	$(Q)printf 'extern const char scop_module_xsd[];\nconst char scop_module_xsd[] =\n' > $@
	$(Q)sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $< >> $@
	$(Q)echo ';' >> $@

$(BUILD)/gen/module_xsd.o: $(BUILD)/gen/module_xsd.c $(BUILD)/flags
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(CFLAGS) -c $< -o $@

$(BUILD)/libexec/scopiton-names: $(call object,$(NAMES)) $(BUILD)/gen/module_xsd.o $(BUILD)/lists/NAMES
	@mkdir -p $(@D)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $$(pkg-config --libs libxml-2.0 libsodium) -o $@

$(BUILD)/libscopiton.so.1: $(call object,$(LIBRARY)) $(BUILD)/names/frame/names.o core/libscopiton.map $(call linked,LIBRARY)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) -shared -Wl,-Bsymbolic-functions -Wl,-soname,libscopiton.so.1 -Wl,--version-script=core/libscopiton.map -Wl,-z,defs \
		$(filter %.o,$^) $$(pkg-config --libs libmariadb libsodium libpcre2-8 libqrencode liboath) -lzxcvbn -lm -o $@

$(BUILD)/libscopiton.so: | $(BUILD)/libscopiton.so.1
	$(Q)ln -sf libscopiton.so.1 $@

# $(1) the format: the folder of its sources, with the map of its symbols
define format_library
$(BUILD)/libscopiton-$(1).so.1: $(call object,$(call folder,$(1))) $(BUILD)/libscopiton.so.1 core/$(1)/libscopiton-$(1).map
	$(SAY) "  $$(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) -shared -Wl,-Bsymbolic-functions -Wl,-soname,libscopiton-$(1).so.1 -Wl,--version-script=core/$(1)/libscopiton-$(1).map -Wl,-z,defs \
		$$(filter %.o %.so.1,$$^) $$$$(pkg-config --libs $(NEEDED_BY_$(1))) -o $$@

$(BUILD)/libscopiton-$(1).so: | $(BUILD)/libscopiton-$(1).so.1
	$(Q)ln -sf libscopiton-$(1).so.1 $$@
endef
$(foreach f,$(FORMATS),$(eval $(call format_library,$(f))))

# By its file: the name without a number is a link that is made for modules, perhaps later.
RPATH := -Wl,-rpath,'$$ORIGIN/..' $(BUILD)/libscopiton.so.1

$(BUILD)/libexec/scopiton: $(call object,$(PROGRAM)) $(BUILD)/gen/module_xsd.o $(BUILD)/libscopiton.so.1 $(call linked,PROGRAM)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(RPATH) $$(pkg-config --libs libxml-2.0 libsodium libseccomp libmariadb libarchive jansson) -ldl -o $@

$(BUILD)/libexec/scopiton-lint: $(call object,$(LINT)) $(BUILD)/gen/module_xsd.o $(BUILD)/names/frame/names.o $(BUILD)/libscopiton.so.1 $(call linked,LINT)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(RPATH) $$(pkg-config --libs libxml-2.0 libsodium libseccomp libarchive jansson) -ldl -o $@

$(BUILD)/libexec/scopiton-worker: $(call object,$(WORKER)) $(BUILD)/libscopiton.so.1 $(call linked,WORKER)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(RPATH) $$(pkg-config --libs libsodium libseccomp libmariadb) -lfcgi -ldl -o $@

$(BUILD)/libexec/scopiton-gateway: $(call object,$(GATEWAY)) $(BUILD)/libscopiton.so.1 $(call linked,GATEWAY)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(RPATH) $$(pkg-config --libs libsodium libmariadb) -o $@

$(BUILD)/libexec/scopiton-explainer: $(call object,$(EXPLAINER)) $(call linked,EXPLAINER)
	@mkdir -p $(@D)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $$(pkg-config --libs libdw libseccomp) -o $@

$(BUILD)/libexec/scopiton-session: $(call object,$(SESSION)) $(BUILD)/libscopiton.so.1 $(call linked,SESSION)
	@mkdir -p $(@D)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(RPATH) $$(pkg-config --libs libsodium libmariadb) -lfcgi -o $@

$(BUILD)/libexec/scopiton-dispatcher: $(call object,$(DISPATCHER)) $(BUILD)/libscopiton.so.1 $(call linked,DISPATCHER)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(RPATH) $$(pkg-config --libs libsodium libmariadb) -o $@

$(BUILD)/libexec/scopiton-mailer: $(call object,$(MAILER)) $(BUILD)/libscopiton.so.1 $(call linked,MAILER)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(RPATH) $$(pkg-config --libs libsodium libmariadb libcurl) -o $@

$(BUILD)/libexec/scopiton-broker: $(call object,$(BROKER)) $(BUILD)/libscopiton.so.1 $(call linked,BROKER)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(RPATH) $$(pkg-config --libs libsodium libmariadb) -lpthread -o $@

$(BUILD)/libscopiton-work.so.1: $(call object,core/http/out.c) $(BUILD)/libscopiton.so.1 Makefile
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) -shared -Wl,-soname,libscopiton-work.so.1 -Wl,-z,defs $(filter-out Makefile,$^) $$(pkg-config --libs libcurl) -o $@

$(BUILD)/libexec/scopiton-supervisor: $(call object,$(SUPERVISOR)) $(call linked,SUPERVISOR)
	@mkdir -p $(@D)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) -o $@

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
SAYS := -kscop_error_set:2 -kscop_error_errno:2 -kscop_arena_say:2 -kscop_installation_step:2 -kscop_platform_step:4
SPEAKERS := $(patsubst %,core/installer/%.c,addresses allowance catalogue choose contracts create fetch generation install installation kinds life migrate \
	orders platform rehearse request rollout sector tenant wave) $(patsubst %,core/supervisor/%.c,pool scale end) core/dispatcher/run.c core/queue/work.c core/queue/command.c core/queue/queue.c \
	$(patsubst %,core/package/%.c,index loader minisign package solve) core/base/name.c

$(eval $(call scopiton_names,core/web/frame,$(BUILD)/names/frame,core/web/answer.c core/web/reply.c $(wildcard core/web/field*.c) core/service/seen.c core/base/csv.c core/base/detail.c core/base/json.c core/base/country.c $(call folder,format $(FORMATS)),scop_frame_names))

$(foreach m,$(MODULES),$(eval $(call scopiton_module,$(m),$(MODULE_SOURCES),$(MODULE_OUT),$(if $(filter portal,$(m)),$(SPEAKERS)),$(if $(filter portal,$(m)),$(SAYS)))))

$(foreach m,$(TEST_MODULES),$(eval $(call scopiton_module,$(m),tests/modules,$(BUILD)/test-modules)))

modules: $(if $(SANITIZE),$(call so_of,$(MODULES),$(MODULE_OUT)),$(patsubst %,$(WORK)/%/checked,$(MODULES)))

test-modules: $(call so_of,$(TEST_MODULES),$(BUILD)/test-modules)

$(addprefix $(BUILD)/libexec/scopiton-,texts words dev-host): $(BUILD)/libexec/%: sdk/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

# Adds to the .po files what views and code have and they lack; MODULE=name: those of that module alone.
words: $(BUILD)/libexec/scopiton-words $(SDK_TEXTS) $(SDK_NAMES)
	@for module in $(or $(MODULE),$(MODULES)); do \
		$< $(MODULE_SOURCES)/$$module $$([ $$module != portal ] || echo "$(SAYS) -- $(SPEAKERS)") || exit 1; \
	done

# ---- installing: the programs, and what modules are built with elsewhere ----

PREFIX ?= /usr/local
TO = $(DESTDIR)$(PREFIX)
# The private Scopiton of module tests, and what looks at their pages.
SDK_TOOLS := tools/stack.sh tools/scratch.sh tools/serve tools/mailbox tools/module-db tools/look.mjs
SDK_SUPPORT := $(patsubst %,tests/support/%.mjs,codes forms processes reporter results run sql stack)
SDK_FILES := sdk/module.mk sdk/author.mk sdk/Makefile.new core/libscopiton.map core/package/module.xsd scopiton.conf.example

# Nothing is written over: programs that run, and what they have mapped, stay as they are.
REPLACE := cp --remove-destination

install: all $(BUILD)/libscopiton-test.a
	@mkdir -p $(TO)/bin $(TO)/include/scopiton $(TO)/lib/scopiton/libexec $(TO)/lib/pkgconfig $(TO)/share/scopiton/module
	$(Q)$(REPLACE) $(BUILD)/libexec/scopiton* $(TO)/lib/scopiton/libexec/
	$(Q)$(REPLACE) $(BUILD)/libscopiton.so.1 $(BUILD)/libscopiton-work.so.1 $(FORMAT_LIBRARIES) $(BUILD)/libscopiton-test.a $(TO)/lib/scopiton/
	$(Q)for name in scopiton $(addprefix scopiton-,$(FORMATS)); do ln -sf lib$$name.so.1 $(TO)/lib/scopiton/lib$$name.so; done
	$(Q)ln -sf ../lib/scopiton/libexec/scopiton $(TO)/bin/scopiton
	$(Q)cp core/include/scopiton/*.h $(TO)/include/scopiton/
	$(Q)sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|; s|@FORMATS@|$(addprefix -lscopiton-,$(FORMATS))|' sdk/scopiton.pc.in > $(TO)/lib/pkgconfig/scopiton.pc
	$(Q)cp $(SDK_FILES) $(TO)/share/scopiton/
	$(Q)$(REPLACE) -r $(BUILD)/webroot $(BUILD)/modules migrations nginx templates $(TO)/share/scopiton/
	$(Q)cd modules/guestbook && cp -r *.c *.sql module.xml README.md i18n migrations tests views $(abspath $(TO))/share/scopiton/module/
	@mkdir -p $(addprefix $(TO)/share/scopiton/,tools tests/support tests/browser node_modules)
	$(Q)cp $(SDK_TOOLS) $(TO)/share/scopiton/tools/
	$(Q)cp $(SDK_SUPPORT) $(TO)/share/scopiton/tests/support/
	$(Q)cp tests/browser/pages.mjs tests/browser/texts.mjs $(TO)/share/scopiton/tests/browser/
	$(Q)cp -r node_modules/playwright-core node_modules/axe-core $(TO)/share/scopiton/node_modules/
	$(Q)cp -r core/web/frame/i18n $(TO)/share/scopiton/
	$(Q)node sdk/package.mjs $(VERSION) > $(TO)/share/scopiton/package.json
	@echo "installed below $(TO)"

# ---- running and testing ----

packages:
	@tools/install-packages

run: packages
	@$(MAKE) --no-print-directory all
	@PORT=$(PORT) FRESH=$(FRESH) BUILD=$(BUILD) exec tools/run

test: packages
	@$(MAKE) --no-print-directory all test-modules
	@[ -n "$(MODULE)" ] || BUILD=$(BUILD) tools/lint
	@BUILD=$(BUILD) MODULE=$(MODULE) tools/test

# Every page of MODULE with its sample rows, in a browser: level 4 of `scopiton module check`.
look: all
	@BUILD=$(abspath $(BUILD)) node tools/look.mjs $(MODULE)

# Floors, layout, clang-tidy, cppcheck, licences, commits; part of `make test`. DEEP=1: clang's static analyzer too.
lint: packages
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) DEEP=$(DEEP) tools/lint

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

# Modules at their worst, all at once, while others are served: what these notice, each figure with its bound (SECONDS=30: a quick look).
siege: packages
	@$(MAKE) --no-print-directory all test-modules
	@BUILD=$(abspath $(BUILD)) SIEGE_SECONDS=$(or $(SECONDS),600) node tests/bench/siege.mjs

fuzz: packages
	@SECONDS_EACH=$(or $(SECONDS),60) TARGET=$(TARGET) tools/fuzz

# Unit, handler and parser tests with a build that has no sanitizers, so that valgrind sees what these do not: reads of memory that
# nobody has written, in the libraries too.
valgrind: packages
	@command -v valgrind >/dev/null || tools/install-packages valgrind
	@$(MAKE) --no-print-directory all test-modules unit
	@BUILD=$(abspath $(BUILD)) MODULE=$(MODULE) tools/valgrind

# Scanners from Debian's packages, which nothing else needs.
scan: packages
	@command -v sqlmap >/dev/null && command -v wapiti >/dev/null || tools/install-packages sqlmap wapiti
	@$(MAKE) --no-print-directory all
	@BUILD=$(abspath $(BUILD)) node tests/scan/scan.mjs

# Records the public API for tests/api, where a release lets it change so.
api: $(BUILD)/libscopiton.so.1 $(FORMAT_LIBRARIES)
	@BUILD=$(abspath $(BUILD)) node tests/api/snapshot.mjs

# Part of a release, before its tag: keeps in tests/upgrade/VERSION what this version leaves on a machine. Then raise VERSION.
release:
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) tools/release $(VERSION)

docs:
	@command -v doxygen >/dev/null || tools/install-packages doxygen
	@mkdir -p $(BUILD)/docs
	doxygen docs/Doxyfile
	@echo "The API's reference is in build/docs/html/index.html"

clean:
	rm -rf build build-asan build-fuzz

-include $(shell find $(BUILD)/obj $(BUILD)/names/frame $(BUILD)/tests -name '*.d' 2>/dev/null)

# ---- unit tests: each file a program, linked with all of the host, usually with sanitizers (see tools/test) ----

UNITS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/*_test.c)) \
	$(foreach m,$(MODULES),$(call scopiton_units,$(m),$(MODULE_SOURCES),$(BUILD)/tests/modules)) \
	$(foreach m,$(TEST_MODULES),$(call scopiton_units,$(m),tests/modules,$(BUILD)/tests/test-modules))
HOST_OBJECTS := $(call object,$(sort $(LIBRARY) $(patsubst %,core/process/%.c,board ledger arguments settings) core/broker/address.c core/broker/socks.c core/dispatcher/fcgi.c \
	$(filter-out core/http/out.c,$(call folder,package queue mail http $(FORMATS))))) \
	$(BUILD)/gen/module_xsd.o $(BUILD)/names/frame/names.o
$(call remember,$(BUILD)/lists/HOST,$(HOST_OBJECTS))
$(call remember,$(BUILD)/lists/TEST,$(call folder,test))

$(BUILD)/libscopiton-static.a: $(HOST_OBJECTS) $(BUILD)/lists/HOST
	@rm -f $@
	$(Q)ar rcs $@ $(filter %.o,$^)

$(BUILD)/libscopiton-test.a: $(call object,$(call folder,test)) $(BUILD)/lists/TEST
	@rm -f $@
	$(Q)ar rcs $@ $(filter %.o,$^)

$(BUILD)/tests/unit/%_test: tests/unit/%_test.c $(BUILD)/libscopiton-static.a
	@mkdir -p $(@D)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $< $(BUILD)/libscopiton-static.a -lcmocka $$(pkg-config --libs $(PACKAGES)) -lzxcvbn -lm -ldl $(SANITIZE) -o $@

$(foreach m,$(MODULES),$(eval $(call scopiton_tests,$(m),$(MODULE_SOURCES),$(BUILD)/tests/modules,$(if $(SANITIZE),$(PLAIN)/modules,$(MODULE_OUT)))))
$(foreach m,$(TEST_MODULES),$(eval $(call scopiton_tests,$(m),tests/modules,$(BUILD)/tests/test-modules,$(SDK_TEST_BUILD)/test-modules)))

# The compiler looks at the fuzz targets with the unit tests, so that they follow what they call; tools/fuzz builds them for libFuzzer.
FUZZ_CHECKED := $(patsubst %.c,$(BUILD)/%.checked,$(wildcard tests/fuzz/*_fuzz.c))
$(BUILD)/tests/fuzz/%_fuzz.checked: tests/fuzz/%_fuzz.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(SAY) "  $(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -Imodules/shop -MMD -MP -MF $(@:.checked=.d) -MT $@ -fsyntax-only $<
	@touch $@

unit: $(UNITS) $(FUZZ_CHECKED)
