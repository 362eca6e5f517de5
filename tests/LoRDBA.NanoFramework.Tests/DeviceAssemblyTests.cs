using System;
using System.IO;
using System.Linq;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Xunit;

namespace LoRDBA.NanoFramework.Tests;

/// <summary>What was compiled against nanoFramework's mscorlib refers to nothing else and stays within what its interpreter takes.</summary>
public sealed class DeviceAssemblyTests
{
    /// <summary>Bytes of IL, and of RVA data, that an assembly may have.</summary>
    private const int MostBytes = 65_536;

    public static TheoryData<string> Names => ["LoRDBA.Nano", "NFUnitTest"];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_refers_to_mscorlib_and_to_nothing_but_our_own(string name)
    {
        using var file = Open(name);
        var reader = file.GetMetadataReader();
        var references = reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name)).Order(StringComparer.Ordinal);

        Assert.Equal(name == "NFUnitTest" ? ["LoRDBA.Nano", "mscorlib"] : ["mscorlib"], references);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_has_no_generics_and_no_array_of_several_dimensions(string name)
    {
        using var file = Open(name);
        var reader = file.GetMetadataReader();

        Assert.Equal(0, reader.GetTableRowCount(TableIndex.GenericParam));
        Assert.Equal(0, reader.GetTableRowCount(TableIndex.MethodSpec));
        // The only other use of a type specification is an array's or a generic type's.
        Assert.Equal(0, reader.GetTableRowCount(TableIndex.TypeSpec));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_code_fits(string name)
    {
        using var file = Open(name);
        var reader = file.GetMetadataReader();
        var il = reader.MethodDefinitions.Select(reader.GetMethodDefinition).Where(method => method.RelativeVirtualAddress != 0)
            .Sum(method => file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!.Length);
        TestContext.Current.TestOutputHelper!.WriteLine($"{name}: {il} bytes of IL");

        Assert.InRange(il, 1, MostBytes);
        if (name == "LoRDBA.Nano") Assert.InRange(il, 1, 4_096);
    }

    private static PEReader Open(string name)
    {
        // artifacts/bin/PROJECT/CONFIGURATION/: ours is two folders above; a project for two frameworks names them behind the configuration.
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var folder = name == "NFUnitTest" ? $"LoRDBA.NanoFramework.Device/{configuration}" : $"LoRDBA.Nano/{configuration}_netstandard2.0";
        return new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "..", "..", folder, $"{name}.dll")));
    }
}
