using LoRDBA.Generator.Model;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Generator.Emit.Expand;

/// <summary>An expand kernel: half a byte of signs is the index into a table of four ranks, a shuffle looks up as many rows as it has bytes.</summary>
internal static class ExpandEmitter
{
    private const int TableEntries = SignLayout.TableEntries;
    private const int TableLength = SignLayout.TableLength;

    public static void Emit(SourceWriter writer, KernelSpec spec, List<ExpandPath> paths)
    {
        var rest = new ExpandSse();
        if (rest.Serves(spec.Paths)) paths.Insert(paths.Count(path => path.Rows > SignLayout.OutputUnit), rest);
        KernelEmitters.Class(writer, spec, Title(spec), () =>
        {
            KernelEmitters.Path(writer, paths.Select(path => (path.Check, path.Name)));
            Dispatch(writer, spec, paths);
            foreach (var path in paths) Rows(writer.Line(), spec, path);
            foreach (var path in paths)
                if (path.TakesBatches) Batch(writer.Line(), spec, path);
            Scalar(writer.Line(), spec);
        });
    }

    private static int Planes(KernelSpec spec) => SignLayout.Planes(spec.Rank);

    private static int Tables(KernelSpec spec) => SignLayout.Tables(spec.Rank);

    private static int ScaleOffset(KernelSpec spec) => SignLayout.ScaleOffset(spec.Rank);

    private static string Title(KernelSpec spec) => $"""
        // {spec.ClassName}: the expand product of n_out {spec.Channels}, rank {spec.Rank}. Boards: {spec.Boards}. Paths: {KernelEmitters.NamesOf(spec.Paths)}.
        //
        //   planes   {Planes(spec)} rows of {spec.Channels} bytes        low half of a byte: ranks 8p to 8p + 3 of that output, high half: 8p + 4 to 8p + 7
        //   z        {2 * Planes(spec)} tables of {TableEntries} sums     {TableEntries} low bytes, {TableEntries} high bytes; then the scale
        """;

    private static void Dispatch(SourceWriter writer, KernelSpec spec, List<ExpandPath> paths) =>
        writer.Line("/// <inheritdoc/>").Block("public override void Run(byte* planes, float* scaleOut, byte* z, int zStride, int tokens, float* y, int rowStart, int rowEnd, float weight)", () =>
        {
            // A narrower path takes the rows that are left of a wider one.
            writer.Block("if (tokens > 1)", () =>
            {
                foreach (var path in paths)
                    if (path.TakesBatches) writer.Line($"if ({path.Check}) rowStart = Batch{path.Name}(planes, scaleOut, z, zStride, tokens, y, rowStart, rowEnd, weight);");
                writer.Line("if (rowStart == rowEnd) return;");
            });
            writer.Block($"for (var t = 0; t < tokens; t++, z += zStride, y += {spec.Channels})", () =>
            {
                writer.Line($"var scale = weight * *(float*)(z + {ScaleOffset(spec)});").Line("var o = rowStart;");
                foreach (var path in paths) writer.Line($"if ({path.Check}) o = Rows{path.Name}(planes, scaleOut, z, y, o, rowEnd, scale);");
                writer.Line("if (o < rowEnd) RunScalar(planes, scaleOut, z, y, o, rowEnd, scale);");
            });
        });

    private static void Rows(SourceWriter writer, KernelSpec spec, ExpandPath path)
    {
        var tables = Tables(spec);
        var inRegisters = tables <= path.TablesInRegisters;
        string Low(int table) => inRegisters ? $"low{table}" : path.Broadcast($"z{SourceWriter.Plus(table * TableLength)}");
        string High(int table) => inRegisters ? $"high{table}" : path.Broadcast($"z + {table * TableLength + TableEntries}");

        writer.Line($"// A token, {path.Rows} rows at a time.")
            .Block($"private static int Rows{path.Name}(byte* planes, float* scaleOut, byte* z, float* y, int o, int rowEnd, float scale)", () =>
        {
            if (inRegisters)
                writer.Each(tables, i => $"var (low{i}, high{i}) = ({path.Broadcast($"z{SourceWriter.Plus(i * TableLength)}")}, {path.Broadcast($"z + {i * TableLength + TableEntries}")});");
            writer.Line($"var half = {path.Vector}.Create((byte)15);").Line($"var factor = {path.Vector}.Create(scale);");
            writer.Block($"for (; o + {path.Rows} <= rowEnd; o += {path.Rows})", () =>
            {
                for (var table = 0; table < tables; table++)
                {
                    if (table % 2 == 0) writer.Line($"{(table == 0 ? "var " : "")}signs = {path.Vector}.Load(planes{SourceWriter.Plus(table / 2 * spec.Channels)} + o);");
                    writer.Line($"{(table == 0 ? "var " : "")}index = {(table % 2 == 0 ? "signs & half" : "signs >> 4")};");
                    LookUp(writer, table, Low(table), High(table), "index");
                }
                path.AddToY(writer);
            });
            writer.Line("return o;");
        });
    }

    /// <summary>The signs of a group of rows stay in registers while all tokens pass, whose tables come from memory.</summary>
    private static void Batch(SourceWriter writer, KernelSpec spec, ExpandPath path) => writer
        .Line($"// All tokens, {path.Rows} rows at a time.")
        .Block($"private static int Batch{path.Name}(byte* planes, float* scaleOut, byte* z, int zStride, int tokens, float* y, int o, int rowEnd, float weight)", () => writer
            .Line($"var half = {path.Vector}.Create((byte)15);")
            .Block($"for (; o + {path.Rows} <= rowEnd; o += {path.Rows})", () =>
            {
                writer.Each(Planes(spec), p => $"var signs{p} = {path.Arrange($"{path.Vector}.Load(planes{SourceWriter.Plus(p * spec.Channels)} + o)")};");
                writer.Each(Tables(spec), i => $"var index{i} = {(i % 2 == 0 ? $"signs{i / 2} & half" : $"signs{i / 2} >> 4")};");
                writer.Line("var tables = z;").Line("var target = y + o;");
                writer.Block($"for (var t = 0; t < tokens; t++, tables += zStride, target += {spec.Channels})", () =>
                {
                    writer.Line($"var factor = {path.Vector}.Create(weight * *(float*)(tables + {ScaleOffset(spec)}));");
                    for (var i = 0; i < Tables(spec); i++)
                        LookUp(writer, i, path.Broadcast($"tables{SourceWriter.Plus(i * TableLength)}"), path.Broadcast($"tables + {i * TableLength + TableEntries}"), $"index{i}");
                    path.AddArranged(writer);
                });
            })
            .Line("return o;"));

    /// <summary>Adds what a table has for a group's rows to their 16-bit sums.</summary>
    private static void LookUp(SourceWriter writer, int table, string low, string high, string index)
    {
        var (declare, add) = table == 0 ? ("var ", "=") : ("", "+=");
        writer.Line($"{declare}lowBytes = SignOperations.LookUp({low}, {index});")
            .Line($"{declare}highBytes = SignOperations.LookUp({high}, {index});")
            .Line($"{declare}low {add} SignOperations.InterleaveLow(lowBytes, highBytes);")
            .Line($"{declare}high {add} SignOperations.InterleaveHigh(lowBytes, highBytes);");
    }

    private static void Scalar(SourceWriter writer, KernelSpec spec) => writer
        .Line("// The scalar twin, one token: what every path gives, to the last bit.")
        .Line($$"""
            internal static void RunScalar(byte* planes, float* scaleOut, byte* z, float* y, int rowStart, int rowEnd, float scale)
            {
                for (var o = rowStart; o < rowEnd; o++)
                {
                    var sum = 0;
                    for (var i = 0; i < {{Tables(spec)}}; i++)
                    {
                        var index = planes[i / 2 * {{spec.Channels}} + o] >> 4 * (i % 2) & 15;
                        sum += unchecked((short)(z[{{TableLength}} * i + index] | z[{{TableLength}} * i + {{TableEntries}} + index] << 8));
                    }
                    y[o] = MathF.FusedMultiplyAdd(sum, scaleOut[o] * scale, y[o]);
                }
            }
            """);
}
