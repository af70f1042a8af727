# SPDX-License-Identifier: EUPL-1.2
# What a Makefile includes that builds modules outside of Scopiton's own tree, with an installed Scopiton: each folder beside it that
# has a module.xml is a module. `scopiton new` writes such a Makefile.
#
#   make               build and check all modules, into build/modules/
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
WORK := $(BUILD)/names
include $(SDK)/module.mk

MODULES := $(notdir $(patsubst %/module.xml,%,$(wildcard $(MODULE_SOURCES)/*/module.xml)))

.PHONY: modules words clean
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := modules

$(foreach m,$(MODULES),$(eval $(call scopiton_module,$(m),$(MODULE_SOURCES),$(MODULE_OUT))))

modules: $(patsubst %,$(WORK)/%/checked,$(MODULES))

words:
	@for module in $(MODULES); do $(SDK_PROGRAMS)/scopiton-words $(MODULE_SOURCES)/$$module || exit 1; done

clean:
	rm -rf $(BUILD)
