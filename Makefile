# Every need has one command; the work is in scripts/.
.PHONY: run test test-fast stop clean distclean status format lint check bench demo drill migrate-all fresh-all rollback

run: ; @scripts/run
test: ; @scripts/test
test-fast: ; @scripts/test pure
stop: ; @scripts/stop
clean: ; @scripts/clean
distclean: ; @scripts/clean all
status: ; @scripts/status
format: ; @scripts/format
lint: ; @scripts/lint
check: ; @scripts/check/all
bench: ; @scripts/bench
demo: ; @scripts/demo
drill: ; @scripts/drill $(ROUNDS) $(SUITE)
migrate-all: ; @scripts/migrate all
fresh-all: ; @scripts/migrate fresh
rollback: ; @scripts/migrate rollback $(SERVICE)
