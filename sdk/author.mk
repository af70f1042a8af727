# SPDX-License-Identifier: EUPL-1.2
# Included by Makefiles that build modules outside of Scopiton's own tree, with an installed Scopiton: each folder beside the Makefile
# that has a module.xml is a module. `scopiton new` writes such a Makefile.
#
#   make               build and check all modules, into build/modules/
#   make test          build them, run their tests/*_test.c and tests/*.test.js (MODULE=name: that module's alone)
#   make look          open every page of MODULE=name with its sample rows in a browser
#   make words         bring their translations up to date with their texts; make DRAFT=1 builds without all of them
#   make clean

PREFIX := $(abspath $(SDK)/../..)
BUILD ?= build
MODULE_SOURCES ?= .
MODULE_OUT ?= $(BUILD)/modules
SDK_PROGRAMS := $(PREFIX)/lib/scopiton/libexec
SDK_NAMES := $(SDK_PROGRAMS)/scopiton-names
SDK_LINT := $(SDK_PROGRAMS)/scopiton-lint
SDK_TEXTS := $(SDK_PROGRAMS)/scopiton-texts
SDK_WEBROOT := $(SDK)/webroot
SDK_INCLUDE := -isystem $(PREFIX)/include
SDK_LIB := $(PREFIX)/lib/scopiton
SDK_MAP := $(SDK)/libscopiton.map
SDK_TEST_LIBS := $(SDK_LIB)/libscopiton-test.a
SDK_TEST_LINK = -L$(SDK_LIB) -lscopiton $(SDK_LINK_FORMATS) -Wl,-rpath,$(SDK_LIB)
SDK_TEST_BUILD = $(PLAIN)
SDK_TEST_HELPER := $(SDK)/tools/module-db
# The build whose packages are tested, also where the test programs are built with sanitizers.
PLAIN ?= $(BUILD)
WORK := $(BUILD)/names
include $(SDK)/module.mk

MODULES := $(notdir $(patsubst %/module.xml,%,$(wildcard $(MODULE_SOURCES)/*/module.xml)))

.PHONY: all modules units test look words clean
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := modules

$(foreach m,$(MODULES),$(eval $(call scopiton_module,$(m),$(MODULE_SOURCES),$(MODULE_OUT))))

$(foreach m,$(MODULES),$(eval $(call scopiton_tests,$(m),$(MODULE_SOURCES),$(BUILD)/tests,$(PLAIN)/modules)))

modules: $(patsubst %,$(WORK)/%/checked,$(MODULES))

all: modules

# ---- tests ----

TESTED := $(or $(MODULE),$(MODULES))
UNITS := $(foreach m,$(TESTED),$(call scopiton_units,$(m),$(MODULE_SOURCES),$(BUILD)/tests))
ASAN := $(BUILD)/asan
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

units: $(UNITS)

# Tests find `scopiton/test` here.
node_modules/scopiton:
	@mkdir -p $(@D)
	$(Q)ln -sfn $(SDK) $@

# The packages that tests install: ours, and those that come with Scopiton, of which each needs the portal.
$(BUILD)/packages: modules
	@rm -rf $@ && mkdir -p $@
	$(Q)cp -r $(SDK)/modules/. $@/
	$(Q)for module in $(MODULES); do rm -rf $@/$$module; cp -r $(MODULE_OUT)/$$module $@/; done

test: $(BUILD)/packages node_modules/scopiton
	@[ -z "$(UNITS)" ] || $(MAKE) --no-print-directory BUILD=$(ASAN) PLAIN=$(BUILD) SANITIZE='$(SANITIZERS)' units
	@BUILD=$(abspath $(BUILD)) MODULES_FOLDER=$(abspath $(BUILD)/packages) node $(SDK)/tests/support/run.mjs \
		$(patsubst $(BUILD)/%,unit:$(ASAN)/%,$(UNITS)) $(addprefix file:,$(wildcard $(patsubst %,$(MODULE_SOURCES)/%/tests/*.test.js,$(TESTED))))

look: $(BUILD)/packages node_modules/scopiton
	@BUILD=$(abspath $(BUILD)) MODULES_FOLDER=$(abspath $(BUILD)/packages) node $(SDK)/tools/look.mjs $(abspath $(MODULE_SOURCES)/$(MODULE))

words:
	@for module in $(MODULES); do $(SDK_PROGRAMS)/scopiton-words $(MODULE_SOURCES)/$$module || exit 1; done

clean:
	rm -rf $(BUILD)
