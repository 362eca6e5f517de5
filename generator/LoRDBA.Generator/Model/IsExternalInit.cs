namespace System.Runtime.CompilerServices;

/// <summary>Lets netstandard2.0 have records: the compiler asks for this type by name.</summary>
internal static class IsExternalInit;
