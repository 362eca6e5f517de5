using System.Text;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Dbf;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Dbf;

/// <summary>The pickle reader: values by hand, and that it knows the operations and names of tensors and no others.</summary>
public sealed class PickleReaderTests
{
    private const string Allowed = "}()t\u0085\u0086\u0087XqhrjcQKJMG\u0088\u0089NRsu.\u0080";

    [Fact]
    public void Values_are_read_by_hand()
    {
        string[] items =
        [
            TorchBuilder.Text("small") + "K\u00ff", TorchBuilder.Text("middle") + "M\u0001\u0002", TorchBuilder.Text("negative") + TorchBuilder.Whole(-2),
            TorchBuilder.Text("real") + "G\u003f\u00f8\0\0\0\0\0\0", TorchBuilder.Text("yes") + "\u0088", TorchBuilder.Text("no") + "\u0089", TorchBuilder.Text("nothing") + "N",
            TorchBuilder.Text("pair") + "K\u0001K\u0002\u0086", TorchBuilder.Text("three") + "(K\u0001K\u0002K\u0003t", TorchBuilder.Text("kept") + "K\u0007q\u0005", TorchBuilder.Text("again") + "h\u0005",
            TorchBuilder.Text("far") + "K\u0008r\u0000\u0001\0\0", TorchBuilder.Text("farther") + "j\u0000\u0001\0\0",
        ];
        var read = Read(TorchBuilder.Pickle($"}}({string.Concat(items)}u{TorchBuilder.Text("one")}K\u0001s."));

        Assert.Equal<object?>([255L, 513L, -2L, 1.5, true, false, null], [read["small"], read["middle"], read["negative"], read["real"], read["yes"], read["no"], read["nothing"]]);
        Assert.Equal<object?>([1L, 2L], (object?[])read["pair"]!);
        Assert.Equal<object?>([1L, 2L, 3L], (object?[])read["three"]!);
        Assert.Equal<object?>([7L, 7L, 8L, 8L, 1L], [read["kept"], read["again"], read["far"], read["farther"], read["one"]]);
    }

    [Fact]
    public void A_tensor_is_a_part_of_its_storage() => Assert.Equal(
        new TorchTensor(new TorchStorage(IsHalf: true, "3", 10), 4, 6),
        Read(TorchBuilder.Pickle(TorchBuilder.Dictionary(("x", TorchBuilder.Tensor("HalfStorage", 3, 6, offset: 4, stored: 10))), "."))["x"]);

    [Fact]
    public void Every_other_operation_is_refused_and_not_run()
    {
        for (var operation = 0; operation < 256; operation++)
            if (!Allowed.Contains((char)operation)) AssertRefused(AdapterError.UnsafePickle, TorchBuilder.Pickle($"}}{(char)operation}."));
    }

    [Theory]
    [InlineData("os", "system"), InlineData("posix", "system"), InlineData("builtins", "eval"), InlineData("builtins", "getattr"), InlineData("torch", "load"), InlineData("torch", "FloatStorage")]
    [InlineData("torch._utils", "_rebuild_parameter"), InlineData("torch._utils", "_rebuild_tensor_v2 "), InlineData("torch", "_utils._rebuild_tensor_v2"), InlineData("collections", "defaultdict")]
    [InlineData("collections", "OrderedDict.__init__"), InlineData("Torch", "HalfStorage"), InlineData("", "")]
    public void Every_other_name_is_refused_and_told(string module, string name)
    {
        var refused = AssertRefused(AdapterError.UnsafePickle, TorchBuilder.Pickle($"c{module}\n{name}\n({TorchBuilder.Text("echo")}tR."));
        Assert.Contains($"{module}.{name}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_ways_to_use_the_allowed_names_are_refused()
    {
        const string Rebuild = "ctorch._utils\n_rebuild_tensor_v2\n", Ordered = "ccollections\nOrderedDict\n", Half = "ctorch\nHalfStorage\n";
        string[] wrong =
        [
            $"{Rebuild})R.", $"{Half})R.", $"{Ordered}K\u0001\u0085R.", $"{Ordered}NR.", "K\u0001)R.", $"){Ordered}R.",
            "NQ.", ")Q.", $"({TorchBuilder.Text("storage")}{Ordered}{TorchBuilder.Text("0")}{TorchBuilder.Text("cpu")}K\u0001tQ.", $"({TorchBuilder.Text("module")}{Half}{TorchBuilder.Text("0")}{TorchBuilder.Text("cpu")}K\u0001tQ.",
            $"({TorchBuilder.Text("storage")}{Half}{TorchBuilder.Text("0")}{TorchBuilder.Text("cpu")}{TorchBuilder.Whole(-1)}tQ.",
        ];
        Assert.All(wrong, pickle => AssertRefused(AdapterError.BadPickle, TorchBuilder.Pickle(pickle)));
        string[] tensors =
        [
            TorchBuilder.Tensor("HalfStorage", 0, 4, offset: 7, stored: 10), TorchBuilder.Tensor("HalfStorage", 0, 4, offset: -1, stored: 10), TorchBuilder.Tensor("HalfStorage", 0, -4, stored: 10),
            TorchBuilder.Tensor("HalfStorage", 0, 4, strides: "K\u0002\u0085"), TorchBuilder.Tensor("HalfStorage", 0, 4, shape: "K\u0002K\u0002\u0086", strides: "K\u0002K\u0001\u0086"),
            TorchBuilder.Tensor("HalfStorage", 0, 4, shape: ")", strides: ")"),
        ];
        Assert.All(tensors, tensor => AssertRefused(AdapterError.BadPickle, TorchBuilder.Pickle(TorchBuilder.Dictionary(("x", tensor)), ".")));
    }

    [Theory]
    [InlineData("."), InlineData("K\u0001."), InlineData("}}."), InlineData("}.}"), InlineData("(."), InlineData("}u."), InlineData("t."), InlineData("\u0087."), InlineData("}(K\u0001u."), InlineData("}(K\u0001K\u0002u.")]
    [InlineData("}K\u0001s."), InlineData("}(s."), InlineData("K\u0001(u."), InlineData("h\u0000."), InlineData("q\u0000."), InlineData("(q\u0000."), InlineData("(Q."), InlineData("(R."), InlineData("X\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("X\u0001\0\0\0\u00ff."), InlineData("ctorch\nHalf"), InlineData("}(X\u0001\0\0\0aNX\u0001\0\0\0aNu.")]
    public void What_is_no_dictionary_of_this_form_is_refused(string pickle) => AssertRefused(AdapterError.BadPickle, TorchBuilder.Pickle(pickle));

    [Fact]
    public void Another_protocol_is_refused() => AssertRefused(AdapterError.BadPickle, Encoding.Latin1.GetBytes("\u0080\u0004}."));

    [Fact]
    public void Every_prefix_is_refused()
    {
        var pickle = TorchBuilder.Pickle(TorchBuilder.Dictionary(("a", TorchBuilder.Tensor("ByteStorage", 0, 3)), ("b", "K\u0001")), ".");
        Read(pickle);
        for (var length = 0; length < pickle.Length; length++) AssertRefused(AdapterError.BadPickle, pickle[..length]);
    }

    [Fact]
    public void A_dictionary_that_holds_itself_is_read_without_walking_through_it() =>
        Assert.IsType<Dictionary<string, object?>>(Read(TorchBuilder.Pickle("}q\0", TorchBuilder.Text("self"), "h\0s."))["self"]);

    [Fact]
    public void More_than_4_mebibytes_are_refused() => AssertRefused(AdapterError.BadPickle, new byte[(4 << 20) + 1]);

    [Fact]
    public void What_the_writer_writes_is_read()
    {
        var read = Read(new PickleWriter().BeginDictionary().Add("é").Add(70_000).Add("real").Add(-0.5).Add("half").AddTensor("7", 9, isHalf: true).Add("bytes").AddTensor("8", 0, isHalf: false).EndDictionary().Finish());
        Assert.Equal<object?>([70_000L, -0.5, new TorchTensor(new TorchStorage(true, "7", 9), 0, 9), new TorchTensor(new TorchStorage(false, "8", 0), 0, 0)], [read["é"], read["real"], read["half"], read["bytes"]]);
    }

    private static Dictionary<string, object?> Read(byte[] pickle) => PickleReader.Read(pickle, "adapter_model.bin");

    private static AdapterException AssertRefused(AdapterError error, byte[] pickle)
    {
        var refused = Assert.Throws<AdapterException>(() => Read(pickle));
        Assert.True(refused.Error == error, $"{Convert.ToHexString(pickle)}: {refused.Message}");
        return refused;
    }
}
