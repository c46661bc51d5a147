# One verb a line; each prints the command it runs, which you may as well type yourself. build.sh is its twin.
param([string] $Verb = '', [string] $Minutes = '480')
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

function Show-Usage {
  @'
Usage: ./build.ps1 VERB
  build      everything: native part, command line, tests, test model
  test       all tests, C and C#
  bench      the headline figures on this machine
  compare    the same work in other ways (node-llama-cpp, popen, a daemon, HTTP): bench/results/comparison.md
  bench-net  what .NET adds to the C calls, in time and memory (BenchmarkDotNet; minutes)
  generate   writes the P/Invoke layer and the options anew from headers and settings table (needs castxml)
  verify     fails if generate would change something
  tidy       checks formatting and the rules no compiler knows
  asan       the C tests under AddressSanitizer and UndefinedBehaviorSanitizer
  tsan       the C tests under ThreadSanitizer
  valgrind   the unit tests that start no process, under valgrind (which knows neither pidfds nor the keeper's clone)
  fuzz       every fuzz target for ten minutes, all at once (needs clang-14)
  soak       the fault suite's long form: a million crash cycles, hours of mixed load (soak MINUTES; 480), many repeats
  pack       what others install, in artifacts/packages: archives (tar.gz, deb) and NuGet packages
'@
}

function Invoke-Shown([string] $Program, [string[]] $Arguments) {
  [Console]::Error.WriteLine("+ $Program $($Arguments -join ' ')")
  & $Program @Arguments
  exit $LASTEXITCODE
}

switch ($Verb) {
  'build' { Invoke-Shown dotnet @('build', 'Bridge.sln') }
  'test' { Invoke-Shown dotnet @('test', 'Bridge.sln') }
  'bench' {
    & dotnet run --project managed/LlmBridge.TestModels -- bench | ForEach-Object { [Console]::Error.WriteLine($_) }
    Invoke-Shown artifacts/native/bin/llmbridge-bench @('--json')
  }
  'compare' { Invoke-Shown dotnet @('run', '-c', 'Release', '--project', 'bench/LlmBridge.Comparison') }
  'bench-net' { Invoke-Shown dotnet @('run', '-c', 'Release', '--project', 'bench/LlmBridge.Benchmarks') }
  'generate' { Invoke-Shown dotnet @('run', '--project', 'managed/LlmBridge.Generator', '--', '.') }
  'verify' { Invoke-Shown dotnet @('run', '--project', 'managed/LlmBridge.Generator', '--', '.', '--check') }
  'tidy' { Invoke-Shown sh @('.ci/tidy') }
  { $_ -in 'asan', 'tsan', 'valgrind' } { Invoke-Shown sh @('native/tests/run_under.sh', $Verb) }
  'fuzz' { Invoke-Shown sh @('native/tests/fuzz/fuzz_all.sh', '600') }
  'soak' { Invoke-Shown sh @('native/tests/soak/soak_all.sh', $Minutes) }
  'pack' { Invoke-Shown sh @('native/pack-all.sh') }
  { $_ -in 'help', '-help', '--help' } { Show-Usage }
  default { [Console]::Error.WriteLine((Show-Usage)); exit 2 }
}
