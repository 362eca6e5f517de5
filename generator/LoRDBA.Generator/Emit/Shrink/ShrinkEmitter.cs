using LoRDBA.Generator.Model;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Generator.Emit.Shrink;

/// <summary>
/// A shrink kernel. A single token reads the signs as bits; for a batch, four rows at a time are spread to bytes (the tile) that all tokens
/// meet, two by two. What a path does within is its own affair.
/// </summary>
internal static class ShrinkEmitter
{
    public static void Emit(SourceWriter writer, KernelSpec spec, List<ShrinkPath> paths)
    {
        var shape = new ShrinkShape(spec.Channels, spec.Rank);
        KernelEmitters.Class(writer, spec, Title(spec, shape), () =>
        {
            KernelEmitters.Path(writer, paths.Select(path => (path.Check, path.Name)));
            Dispatch(writer, paths);
            foreach (var path in paths)
            {
                writer.Line().Line($"// {path.Name}: {path.Explanation}");
                One(writer, shape, path);
                writer.Line();
                Batch(writer, shape, path);
            }
            writer.Line();
            Scalar(writer, shape);
        });
    }

    private static string Title(KernelSpec spec, ShrinkShape shape) => $"""
        // {spec.ClassName}: the shrink product of n_in {spec.Channels}, rank {spec.Rank}. Boards: {spec.Boards}. Paths: {KernelEmitters.NamesOf(spec.Paths)}.
        //
        //   signs   {spec.Rank} rows of {shape.RowBytes} bytes      bit j & 7 of byte j >> 3 is channel j, 1 for +1
        //   x       {shape.Width} codes a token, {shape.Segments} gains      a gain for every 64 codes
        //   sums    {shape.SumStride} whole numbers a token      2 * (sum where the sign is +1) - total
        """;

    private static void Dispatch(SourceWriter writer, List<ShrinkPath> paths) =>
        writer.Line("/// <inheritdoc/>").Block("public override void Run(byte* signs, in SignBatch x, int tokens, int* sums, byte* scratch)", () =>
        {
            foreach (var path in paths)
                writer.Block($"if ({path.Check})", () => writer
                    .Line($"if (tokens == 1) One{path.Name}(signs, x, sums);")
                    .Line($"else Batch{path.Name}(signs, x, tokens, sums, scratch);")
                    .Line("return;"));
            writer.Line("RunScalar(signs, x, tokens, sums);");
        });

    private static void One(SourceWriter writer, ShrinkShape shape, ShrinkPath path) =>
        writer.Block($"private static void One{path.Name}(byte* signs, in SignBatch x, int* sums)", () =>
        {
            path.Constants(writer);
            writer.Line("var a = x.Codes(0);").Line("var gainsOfA = x.Gains(0);").Line("var totalOfA = x.Total(0);");
            Rows(writer, shape, path.RowsOfOne, rows => path.One(writer, shape, rows));
        });

    private static void Batch(SourceWriter writer, ShrinkShape shape, ShrinkPath path) =>
        writer.Block($"private static void Batch{path.Name}(byte* signs, in SignBatch x, int tokens, int* sums, byte* tile)", () =>
            Rows(writer, shape, SignLayout.TileRows, rows =>
            {
                writer.Line($"SignOperations.Spread{path.Name}(signs, tile, {rows * shape.Width});").Line("var t = 0;");
                writer.Block("for (; t + 2 <= tokens; t += 2)", () =>
                {
                    writer.Line("sbyte* a = x.Codes(t), b = x.Codes(t + 1);").Line("int* gainsOfA = x.Gains(t), gainsOfB = x.Gains(t + 1);");
                    path.Tile(writer, shape, rows, 2);
                });
                writer.Block("if (t < tokens)", () =>
                {
                    writer.Line("var a = x.Codes(t);").Line("var gainsOfA = x.Gains(t);");
                    path.Tile(writer, shape, rows, 1);
                });
            }));

    /// <summary>All rows: whole groups in a loop, then what is left. A single group needs no loop.</summary>
    private static void Rows(SourceWriter writer, ShrinkShape shape, int group, Action<int> body)
    {
        var (whole, rest) = (shape.Rank / group * group, shape.Rank % group);
        if (whole == shape.Rank && whole == group) body(group);
        else if (whole > 0) writer.Block($"for (var k = 0; k < {whole}; k += {group}, signs += {group * shape.RowBytes}, sums += {group})", () => body(group));
        if (rest > 0 && whole == 0) body(rest);
        else if (rest > 0) writer.Block($"// What is left: {rest} of {shape.Rank} rows.", () => body(rest));
    }

    private static void Scalar(SourceWriter writer, ShrinkShape shape) => writer
        .Line("// The scalar twin: what every path gives, to the last bit.")
        .Line($$"""
            internal static void RunScalar(byte* signs, in SignBatch x, int tokens, int* sums)
            {
                for (var t = 0; t < tokens; t++)
                    for (var k = 0; k < {{shape.Rank}}; k++)
                    {
                        sbyte* codes = x.Codes(t);
                        int* gains = x.Gains(t);
                        byte* row = signs + k * {{shape.RowBytes}};
                        var sum = 0;
                        for (var j = 0; j < {{shape.NIn}}; j++)
                        {
                            var product = unchecked((short)gains[j >> 6]) * codes[j];
                            sum += (row[j >> 3] >> (j & 7) & 1) != 0 ? product : -product;
                        }
                        sums[t * {{shape.SumStride}} + k] = sum;
                    }
            }
            """);
}
