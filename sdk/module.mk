# SPDX-License-Identifier: EUPL-1.2
# The rules that make a package of a module's folder: one copy, for the modules of this tree and for those of authors elsewhere.
#
# The Makefile that includes this sets what it builds with:
#   SDK_NAMES       the compiler of a module's statements, views and translations
#   SDK_LINT        the program that compares a module's files with one another
#   SDK_TEXTS       the program that extracts the texts to translate
#   SDK_WEBROOT     the folder of stylesheets and pictures that {{#asset}} names
#   SDK_INCLUDE     compiler flags for the host's public headers
#   SDK_LIB         the folder of libscopiton.so and of the libraries of formats
#   SDK_READY       files that a change of the above changes (prerequisites of all modules)
#   WORK            the folder for what is made on the way
# for unit tests:
#   SDK_TEST_LIBS   libraries that they link, as files (prerequisites of all of them)
#   SDK_TEST_LINK   the linker's words behind those
#   SDK_TEST_BUILD  the folder in which the database of a test is prepared
#   SDK_TEST_HELPER the program that starts a test's database
# and says for each module: $(eval $(call scopiton_module,NAME,FOLDER OF SOURCES,FOLDER OF PACKAGES)).
# "make V=1" shows the commands.

# No built-in rule is of use here, and looking for one that is takes longer than everything else that make does.
MAKEFLAGS += -r

# The libraries of formats, libscopiton-xml.so and so on. A module needs those whose functions it calls, and no other.
SDK_FORMATS := xml zip calendar

Q ?= $(if $(V),,@)
SAY ?= $(if $(V),@:,@echo)

# Warnings stop a build; a process that runs other people's code is hardened throughout. glibc's checks want no sanitizer beside them.
WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wcast-qual -Wmissing-prototypes -Wvla -Wno-format-truncation -Werror
HARDEN := -fstack-protector-strong -fstack-clash-protection $(if $(filter x86_64,$(shell uname -m)),-fcf-protection) \
	$(if $(SANITIZE),,-D_FORTIFY_SOURCE=3)
# A module's sources give the same bytes wherever they are built.
SAME := -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(WORK)=build/names
# A function that a minor release of the API deprecates does not stop a module's build (docs/api.md).
MODULE_CFLAGS := -std=gnu17 -O2 -g -fPIC $(WARNINGS) -Wno-error=deprecated-declarations $(HARDEN) $(SANITIZE) -fvisibility=hidden -D_GNU_SOURCE $(SDK_INCLUDE)
SDK_LINK_FORMATS := -Wl,--as-needed $(addprefix -lscopiton-,$(SDK_FORMATS))
MODULE_LDFLAGS := -Wl,-z,relro,-z,now $(SANITIZE) -shared -fvisibility=hidden -Wl,-z,defs -Wl,-Bsymbolic

# $(call remember,FILE,WORDS): writes the words into the file where it holds others, so that what depends on it is built again.
differ = $(subst x$(strip $(1)),,x$(strip $(2)))$(subst x$(strip $(2)),,x$(strip $(1)))
remember = $(if $(if $(wildcard $(1)),$(call differ,$(file <$(1)),$(2)),new),$(shell mkdir -p $(dir $(1)))$(file >$(1),$(strip $(2))))

# Objects follow the headers that they include.
FOLLOW := -MMD -MP

$(call remember,$(WORK)/flags,$(CC) $(MODULE_CFLAGS) $(MODULE_LDFLAGS) $(FOLLOW))

# $(1) the folder of sources, $(2) that of what is made, $(3) C files with texts, $(4) the symbol, $(5) more of xgettext's keywords.
# Each text of views and code needs its translations. names.h and names.c are written over only where they become others, so
# that what depends on them is compiled only then. "make DRAFT=1" takes a missing translation for a warning.
define scopiton_names
$(call remember,$(2)/files,$(if $(DRAFT),draft) $(sort $(wildcard $(1)/module.xml $(1)/*.sql $(1)/views/*.html $(1)/i18n/*.po $(1)/schemas/*.xsd $(1)/schemas/*/*.xsd) $(3)))

$(2)/names.stamp: $(SDK_NAMES) $(SDK_TEXTS) $(SDK_READY) $(2)/files $(sort $(wildcard $(1)/module.xml $(1)/*.sql $(1)/views/*.html $(1)/i18n/*.po $(1)/schemas/*.xsd $(1)/schemas/*/*.xsd) $(3))
	@rm -f $(2)/*.mo
	@for po in $(1)/i18n/*.po; do msgfmt --check-format --check-domain -o $(2)/$$$$(basename $$$$po .po).mo $$$$po || exit 1; done
	$(Q)$(SDK_NAMES) $(1) $(2) $(SDK_WEBROOT) $(4)
	$(Q)$(SDK_TEXTS) $(2) $(addprefix --manifest ,$(wildcard $(1)/module.xml)) $(5) -- $(3)
	$(Q)$(SDK_NAMES) --words $(1) $(2)/all.pot $(if $(DRAFT),--draft)
	$(Q)$(SDK_NAMES) --shown $(1) $(2)/shown.pot $(2)/texts.json
	@touch $$@

# Made by the rule above, perhaps as they were.
$(2)/names.h $(2)/names.c $(2)/statements.txt $(2)/texts.json: $(2)/names.stamp
	@:

$(2)/names.o: $(2)/names.c $(2)/names.h $(WORK)/flags
	$(SAY) "  $$(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(MODULE_CFLAGS) $(SAME) -I$(2) $(FOLLOW) -c $$< -o $$@
endef

# $(1) the module's name, $(2) the folder of its sources, $(3) the folder for its package, $(4) and $(5) more C files with texts, and
# xgettext's keywords for them
define scopiton_module
$(call scopiton_names,$(2)/$(1),$(WORK)/$(1),$(wildcard $(2)/$(1)/*.c) $(4),scop_names,$(5))

$(WORK)/$(1)/%.o: $(2)/$(1)/%.c $(WORK)/flags | $(WORK)/$(1)/names.h
	$(SAY) "  $$(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(MODULE_CFLAGS) $(SAME) -I$(WORK)/$(1) -I$(2)/$(1) $(FOLLOW) -c $$< -o $$@

$(call remember,$(WORK)/$(1)/objects,$(patsubst $(2)/$(1)/%.c,%.o,$(sort $(wildcard $(2)/$(1)/*.c))))

# It links against the names that the library shows, which its map lists.
$(WORK)/$(1)/$(1).so: $(patsubst $(2)/$(1)/%.c,$(WORK)/$(1)/%.o,$(sort $(wildcard $(2)/$(1)/*.c))) $(WORK)/$(1)/names.o \
		$(WORK)/$(1)/objects $(SDK_MAP) | $(SDK_LIB)/libscopiton.so $(patsubst %,$(SDK_LIB)/libscopiton-%.so,$(SDK_FORMATS))
	$(SAY) "  $$(@:$(BUILD)/%=%)"
	$(Q)$(CC) $(MODULE_LDFLAGS) $$(filter %.o,$$^) -L$(SDK_LIB) -lscopiton $(SDK_LINK_FORMATS) -o $$@

$(call remember,$(WORK)/$(1)/parts,$(call scopiton_parts,$(2)/$(1)))

$(3)/$(1)/$(1).so: $(WORK)/$(1)/$(1).so $(WORK)/$(1)/statements.txt $(WORK)/$(1)/texts.json $(WORK)/$(1)/parts $(call scopiton_parts,$(2)/$(1))
	@rm -rf $(3)/$(1) && mkdir -p $(3)/$(1)
	$(Q)cp $(2)/$(1)/module.xml $(WORK)/$(1)/statements.txt $(WORK)/$(1)/texts.json $(3)/$(1)/
	$(Q)for part in migrations offers README.md pictures; do [ ! -e $(2)/$(1)/$$$$part ] || cp -r $(2)/$(1)/$$$$part $(3)/$(1)/; done
	$(SAY) "  $$(@:$(BUILD)/%=%)"
	$(Q)cp $(WORK)/$(1)/$(1).so $$@

# The check has a mark of its own, so that a change of the checker makes no module anew.
$(WORK)/$(1)/checked: $(3)/$(1)/$(1).so $(WORK)/$(1)/names.stamp $(wildcard $(2)/$(1)/*.h) $(SDK_LINT)
	$(Q)$(SDK_LINT) $(2)/$(1) $(3)/$(1)
	@touch $$@

-include $(wildcard $(WORK)/$(1)/*.d)
endef

# $(1) the module's name, $(2) the folder of its sources, $(3) the folder for its test programs, $(4) that of the packages whose tables
# they use. Each tests/*_test.c is a program that may use all of the module: what it includes as a .c file is its own copy, the rest
# comes from the module's objects.
define scopiton_tests
$(WORK)/$(1)/$(1).a: $(patsubst $(2)/$(1)/%.c,$(WORK)/$(1)/%.o,$(sort $(wildcard $(2)/$(1)/*.c))) $(WORK)/$(1)/names.o $(WORK)/$(1)/objects
	@rm -f $$@
	$(Q)ar rcs $$@ $$(filter %.o,$$^)

$(3)/$(1)/tests/%_test: $(2)/$(1)/tests/%_test.c $(WORK)/$(1)/$(1).a $(SDK_TEST_LIBS)
	@mkdir -p $$(@D)
	$(SAY) "  $$(@:$(BUILD)/%=%)"
	$(Q)$(CC) $$(SDK_TEST_FLAGS) $(MODULE_CFLAGS) $(call scopiton_test_place,$(1),$(2),$(4)) -I$(WORK)/$(1) -I$(2)/$(1) -MMD -MP $$< \
		$(firstword $(SDK_TEST_LIBS)) $(WORK)/$(1)/$(1).a $(wordlist 2,9,$(SDK_TEST_LIBS)) -lcmocka $$(SDK_TEST_LINK) $(SANITIZE) -o $$@

-include $(wildcard $(3)/$(1)/tests/*.d)
endef

scopiton_test_place = -DSCOP_TEST_MODULE='"$(1)"' -DSCOP_TEST_PACKAGES='"$(abspath $(3))"' -DSCOP_TEST_SOURCES='"$(abspath $(2)/$(1))"' \
	-DSCOP_TEST_BUILD='"$(abspath $(SDK_TEST_BUILD))"' -DSCOP_TEST_HELPER='"$(abspath $(SDK_TEST_HELPER))"'
scopiton_units = $(patsubst $(2)/$(1)/tests/%.c,$(3)/$(1)/tests/%,$(wildcard $(2)/$(1)/tests/*_test.c))

# The parts of a package beside its code.
scopiton_parts = $(wildcard $(addprefix $(1)/,module.xml migrations/*.sql migrations/*/*.sql migrations/*/*/*.sql offers/*.sql pictures/* README.md))
