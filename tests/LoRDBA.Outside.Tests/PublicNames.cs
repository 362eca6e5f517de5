using System.Reflection;
using System.Reflection.Metadata;
using System.Text.RegularExpressions;

namespace LoRDBA.Outside.Tests;

/// <summary>The names of all that an assembly shows to others, as documentation names it but for arities and parameters.</summary>
internal static partial class PublicNames
{
    /// <summary>Reads them from an assembly's metadata.</summary>
    public static HashSet<string> Of(MetadataReader reader)
    {
        HashSet<string> names = [];
        foreach (var handle in reader.TypeDefinitions)
        {
            if (NameOf(reader, handle) is not { } type) continue;
            names.Add(type);
            var definition = reader.GetTypeDefinition(handle);
            foreach (var method in definition.GetMethods().Select(reader.GetMethodDefinition))
                if (IsVisible((int)(method.Attributes & MethodAttributes.MemberAccessMask))) Add(reader.GetString(method.Name));
            foreach (var field in definition.GetFields().Select(reader.GetFieldDefinition))
                if (IsVisible((int)(field.Attributes & FieldAttributes.FieldAccessMask))) Add(reader.GetString(field.Name));

            // A property or event is as visible as its accessors.
            void Add(string member) => names.Add($"{type}.{Accessor().Replace(member, "").Replace(".ctor", "#ctor")}");
        }
        return names;
    }

    /// <summary>The name in the identifier of a documented member: <c>M:A.B`1.C(System.Int32)</c> is A.B.C.</summary>
    public static string NameOf(string id) => Arity().Replace(id[2..], "");

    private static string? NameOf(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        var name = Arity().Replace(reader.GetString(type.Name), "");
        return (type.Attributes & TypeAttributes.VisibilityMask) switch
        {
            TypeAttributes.Public => $"{reader.GetString(type.Namespace)}.{name}",
            TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem =>
                NameOf(reader, type.GetDeclaringType()) is { } outer ? $"{outer}.{name}" : null,
            _ => null,
        };
    }

    // Public, protected, protected internal; methods and fields have the same numbers.
    private static bool IsVisible(int access) => (MethodAttributes)access is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;

    [GeneratedRegex("^(get|set|add|remove)_")]
    private static partial Regex Accessor();

    [GeneratedRegex(@"``?\d+|\(.*|~.*")]
    private static partial Regex Arity();
}
