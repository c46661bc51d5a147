using System.Runtime.CompilerServices;

// Everything that crosses is blittable; the error struct is large and need not be cleared before each call.
[assembly: DisableRuntimeMarshalling]
[module: SkipLocalsInit]
