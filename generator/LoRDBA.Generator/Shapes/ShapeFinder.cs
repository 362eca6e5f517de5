using LoRDBA.Generator.Diagnostics;
using LoRDBA.Generator.Manifest;
using LoRDBA.Generator.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LoRDBA.Generator.Shapes;

/// <summary>Reads the shapes that a class declares by attributes. Symbols end here: what leaves are values.</summary>
internal static class ShapeFinder
{
    /// <summary>Whether a node can have the attributes at all.</summary>
    public static bool IsCandidate(SyntaxNode node) => node is ClassDeclarationSyntax;

    /// <summary>The shapes of one class.</summary>
    public static Result<ShapeSpec> Read(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        var type = (INamedTypeSymbol)context.TargetSymbol;
        var declaration = (ClassDeclarationSyntax)context.TargetNode;
        var attribute = context.Attributes[0];
        var shape = new ShapeSpec(
            NamespaceOf(type),
            type.Name,
            type.DeclaredAccessibility == Accessibility.Public ? "public" : "internal",
            true,
            null,
            attribute.ConstructorArguments.SelectMany(Texts).Distinct().ToEquatableArray(),
            PlaceOf(attribute, declaration, cancellation),
            Linears(type, declaration, cancellation).ToEquatableArray());
        return Result<ShapeSpec>.Of(shape, [.. Missing(type, declaration).Select(what => DiagnosticInfo.Of(Rules.UnusableClass, PlaceOf(declaration.Identifier), type.Name, what))]);
    }

    private static IEnumerable<LinearSpec> Linears(INamedTypeSymbol type, ClassDeclarationSyntax declaration, CancellationToken cancellation)
    {
        foreach (var attribute in type.GetAttributes())
        {
            if (attribute.AttributeClass?.ToDisplayString() != ShapeAttributes.Linear) continue;
            // What is no number is the compiler's complaint, not ours.
            var numbers = attribute.ConstructorArguments.Select(argument => argument.Value).OfType<int>().ToArray();
            if (numbers.Length != 3) continue;
            var input = attribute.NamedArguments.FirstOrDefault(argument => argument.Key == ShapeAttributes.Input).Value.Value as string;
            yield return new($"[LordbaLinear] of {type.Name}", input, numbers[0], numbers[1], numbers[2], false, Places(attribute, declaration, cancellation));
        }
    }

    // The number itself where it stands as an argument of its own name or position; otherwise the whole attribute.
    private static LinearPlaces Places(AttributeData attribute, ClassDeclarationSyntax declaration, CancellationToken cancellation)
    {
        var whole = PlaceOf(attribute, declaration, cancellation);
        var arguments = (attribute.ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax)?.ArgumentList?.Arguments;
        return new(At(0, "nIn"), At(1, "nOut"), At(2, "rank"));

        Place At(int position, string name)
        {
            var named = arguments?.FirstOrDefault(argument => argument.NameColon?.Name.Identifier.ValueText == name);
            var argument = named ?? arguments?.Where((argument, i) => i == position && argument.NameColon is null && argument.NameEquals is null).FirstOrDefault();
            return argument is null ? whole : Place.Of(argument.Expression);
        }
    }

    private static IEnumerable<string> Missing(INamedTypeSymbol type, ClassDeclarationSyntax declaration)
    {
        if (!declaration.Modifiers.Any(SyntaxKind.PartialKeyword)) yield return "partial";
        if (type.ContainingType is not null) yield return "outside any other type";
        if (type.IsGenericType) yield return "without type parameters";
        if (type.IsStatic || type.IsAbstract) yield return "neither static nor abstract";
        if (type.BaseType?.SpecialType is not SpecialType.System_Object) yield return "without a base class";
        if (type.IsRecord) yield return "no record";
        if (type.IsFileLocal) yield return "visible outside its file";
        if (!SetName.IsClass(type.Name)) yield return "called otherwise";
    }

    // Name by name: as one text the compiler would write keywords with an '@'.
    private static string NamespaceOf(INamedTypeSymbol type)
    {
        List<string> names = [];
        for (var ns = type.ContainingNamespace; !ns.IsGlobalNamespace; ns = ns.ContainingNamespace) names.Insert(0, ns.Name);
        return string.Join(".", names);
    }

    private static IEnumerable<string> Texts(TypedConstant constant) =>
        constant.Kind == TypedConstantKind.Array ? constant.Values.IsDefault ? [] : constant.Values.SelectMany(Texts) : constant.Value is string text ? [text] : [];

    private static Place PlaceOf(AttributeData attribute, ClassDeclarationSyntax declaration, CancellationToken cancellation) =>
        attribute.ApplicationSyntaxReference is { } reference ? Place.Of(reference.GetSyntax(cancellation)) : PlaceOf(declaration.Identifier);

    private static Place PlaceOf(SyntaxToken token)
    {
        var lines = token.SyntaxTree!.GetLineSpan(token.Span);
        return new(lines.Path, token.Span, lines.Span);
    }
}
