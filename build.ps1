# One verb a line; each prints the command it runs, which you may as well type yourself. build.sh is its twin: a test
# compares what both run and print.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false
Set-Location $PSScriptRoot

# What was typed after this script's name. $args is not that: run by -File, PowerShell takes -p:name apart; run from a
# prompt, it leaves the colon with the first part.
function Get-Words([string] $Line, [object[]] $Bound) {
  $words = @()
  if ($Line) {
    for ($i = 0; $i -lt $Bound.Count; $i++) {
      $joined = "$($Bound[$i])" -match '^-[^:]+:$' -and $i + 1 -lt $Bound.Count
      $words += if ($joined) { "$($Bound[$i])$($Bound[++$i])" } else { "$($Bound[$i])" }
    }
  } else {
    $all = [Environment]::GetCommandLineArgs()
    $at = 0
    while ($at -lt $all.Count -and (Split-Path -Leaf $all[$at]) -ne (Split-Path -Leaf $PSCommandPath)) { $at++ }
    $words += @($all | Select-Object -Skip ($at + 1))
  }
  , [string[]] $words
}

function Show-Usage {
  @'
Usage: ./build.ps1 VERB [ARGUMENT...], where the arguments are passed on to the verb's command
  build      everything: native part, command line, tests, test model
  test       all tests, C and C#
  bench      the headline figures on this machine
  compare    the same work in other ways (node-llama-cpp, popen, a daemon, HTTP): bench/results/comparison.md; --help
  bench-net  what .NET adds to the C calls, in time and memory (BenchmarkDotNet; minutes)
  http       the program of the engine http, compiled ahead of time into the install prefix
  generate   writes the P/Invoke layer and the options anew from headers and settings table (needs castxml)
  verify     fails if generate would change something
  tidy       checks formatting and the rules no compiler knows
  asan       the C tests under AddressSanitizer and UndefinedBehaviorSanitizer
  tsan       the C tests under ThreadSanitizer
  valgrind   the unit tests that start no process, under valgrind (which knows neither pidfds nor the keeper's clone)
  fuzz       every fuzz target, all at once (fuzz SECONDS; 600; needs clang-14)
  soak       the fault suite's long form: a million crash cycles, hours of mixed load (soak MINUTES; 480), many repeats
  mutants    small bugs put into a copy of the tree, one by one: the tests have to notice each (mutants PATTERN; --help)
  pack       what others install, in artifacts/packages: archives (tar.gz, deb) and NuGet packages
'@
}

function Invoke-Shown([string] $Program, [string[]] $Arguments) {
  [Console]::Error.WriteLine("+ $Program $($Arguments -join ' ')")
  # Quoted one by one, since PowerShell looks for files that match an argument which is not quoted.
  $quoted = @($Program) + $Arguments | ForEach-Object { "'" + $_.Replace("'", "''") + "'" }
  & ([scriptblock]::Create("& $quoted"))
  if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

$words = Get-Words $MyInvocation.Line $args
$verb = if ($words.Count -gt 0) { $words[0] } else { '' }
$rest = @($words | Select-Object -Skip $(if ($words.Count -gt 1 -and $words[1] -eq '--') { 2 } else { 1 }))

switch ($verb) {
  'build' { Invoke-Shown dotnet (@('build', 'Bridge.sln') + $rest) }
  'test' { Invoke-Shown dotnet (@('test', 'Bridge.sln') + $rest) }
  'bench' {
    Invoke-Shown dotnet @('run', '--project', 'managed/LlmBridge.TestModels', '--', 'bench') | ForEach-Object { [Console]::Error.WriteLine($_) }
    Invoke-Shown artifacts/native/bin/llmbridge-bench (@('--json') + $rest)
  }
  'compare' { Invoke-Shown dotnet (@('run', '-c', 'Release', '--project', 'bench/LlmBridge.Comparison', '--') + $rest) }
  'bench-net' { Invoke-Shown dotnet (@('run', '-c', 'Release', '--project', 'bench/LlmBridge.Benchmarks', '--') + $rest) }
  'http' { Invoke-Shown dotnet (@('build', 'managed/LlmBridge.Http') + $rest) }
  'generate' { Invoke-Shown dotnet (@('run', '--project', 'managed/LlmBridge.Generator', '--', '.') + $rest) }
  'verify' { Invoke-Shown dotnet (@('run', '--project', 'managed/LlmBridge.Generator', '--', '.', '--check') + $rest) }
  'tidy' { Invoke-Shown sh (@('.ci/tidy') + $rest) }
  { $_ -in 'asan', 'tsan', 'valgrind' } { Invoke-Shown sh (@('native/tests/run_under.sh', $verb) + $rest) }
  'fuzz' { Invoke-Shown sh (@('native/tests/fuzz/fuzz_all.sh') + $(if ($rest.Count -gt 0) { $rest } else { '600' })) }
  'soak' { Invoke-Shown sh (@('native/tests/soak/soak_all.sh') + $rest) }
  'mutants' { Invoke-Shown python3 (@('tests/mutants/mutants.py') + $rest) }
  'pack' { Invoke-Shown sh (@('native/pack-all.sh') + $rest) }
  { $_ -in 'help', '-help', '--help', '-h' } { Show-Usage }
  default { [Console]::Error.WriteLine((Show-Usage)); exit 2 }
}
