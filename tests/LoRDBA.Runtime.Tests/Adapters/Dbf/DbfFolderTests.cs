using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Dbf;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Dbf;

/// <summary>The folder by itself: what it says, and each way in which it can be wrong.</summary>
public sealed class DbfFolderTests : IDisposable
{
    private const string Query = "model.layers.0.self_attn.q_proj";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_folder_of_the_authors_is_read()
    {
        using var dbf = DbfFolder.Open(SharedFiles.Require("cases/adapters/lordba_qat_dbf"));
        Assert.Equal(("lordba_qat_dbf", 14, null), (dbf.Name, dbf.Modules.Count, dbf.BaseName));
        Assert.Equal((Query, 576, 576, 16, 2f), (dbf.Modules[0].Name, dbf.Modules[0].NIn, dbf.Modules[0].NOut, dbf.Modules[0].Rank, dbf.Modules[0].Scaling));
        Assert.All(dbf.Modules, module => Assert.Equal(16, module.Rank));
        Assert.Null(DbfReader.RoundingOf(dbf));
    }

    [Fact]
    public void Wrappers_of_names_are_taken_off()
    {
        using var dbf = DbfFolder.Open(new DbfBuilder().Add($"module.base_model.model._orig_mod.{Query}", 3, 5, 7).Write(folder));
        Assert.Equal((Query, 3, 5, 7, 2 * 15 + 3 + 5), (dbf.Modules[0].Name, dbf.Modules[0].NIn, dbf.Modules[0].NOut, dbf.Modules[0].Rank, dbf.Modules[0].ByteLength));
        Assert.Equal("org/base", dbf.BaseName);
    }

    [Theory]
    [InlineData(AdapterError.MissingField, "scale_in", ""), InlineData(AdapterError.MissingField, "scaling", ""), InlineData(AdapterError.Unsupported, "bias", "N")]
    [InlineData(AdapterError.BadShape, "in_features", "K\u0000"), InlineData(AdapterError.BadShape, "out_features", "N"), InlineData(AdapterError.BadShape, "mid_dim", "J\u00ff\u00ff\u00ff\u00ff")]
    [InlineData(AdapterError.BadShape, "in_features", "J\u0000\u0000\u0000\u007f"), InlineData(AdapterError.BadRank, "mid_dim", "M\u0001\u0010")]
    [InlineData(AdapterError.WrongLength, "mid_dim", "K\u0009"), InlineData(AdapterError.WrongLength, "in_features", "K\u0004"), InlineData(AdapterError.WrongLength, "out_features", "K\u0004")]
    [InlineData(AdapterError.BadTensorType, "bp1", "N"), InlineData(AdapterError.BadTensorType, "scale_in", "K\u0003")]
    [InlineData(AdapterError.BadScale, "scaling", "N"), InlineData(AdapterError.BadScale, "scaling", "G\u007f\u00f0\0\0\0\0\0\0"), InlineData(AdapterError.BadScale, "scaling", "G\u007f\u00ef\0\0\0\0\0\0")]
    public void A_module_with_a_wrong_part_is_refused_and_named(AdapterError error, string key, string value)
    {
        var builder = new DbfBuilder { Replaced = { [key] = value } };
        var refused = AssertRefused(error, builder.Add(Query, 3, 5, 7).ToArray());
        Assert.Equal(Query, refused.Field);
        // A size that is wrong shows where the first tensor does not have it.
        var named = error == AdapterError.WrongLength ? key switch { "mid_dim" => "bp1", "in_features" => "scale_in", _ => "bp3" } : key;
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_its_storage_or_archive_does_not_hold_is_refused()
    {
        DbfBuilder With(string key, string value) => new DbfBuilder { Replaced = { [key] = value } }.Add(Query, 3, 5, 7);
        AssertRefused(AdapterError.BadTensorType, With("scale_in", TorchBuilder.Tensor("ByteStorage", 0, 3)).ToArray());
        AssertRefused(AdapterError.BadTensorType, With("bp1", TorchBuilder.Tensor("HalfStorage", 1, 3)).ToArray());
        AssertRefused(AdapterError.BadArchive, With("scale_in", TorchBuilder.Tensor("HalfStorage", 0, 3, stored: 4)).ToArray());
        AssertRefused(AdapterError.BadArchive, With("scale_in", TorchBuilder.Tensor("HalfStorage", 9, 3)).ToArray());
        AssertRefused(AdapterError.BadPickle, With("scale_in", TorchBuilder.Tensor("HalfStorage", 0, 3, offset: 1)).ToArray());
    }

    [Theory, InlineData(0x7C00), InlineData(0xFC00), InlineData(0x7E00)]
    public void A_scale_that_is_not_finite_is_refused(int half)
    {
        var sound = new DbfBuilder().Add(Query, 3, 5, 7).ToArray();
        using var archive = TorchArchive.Open(folder.Write("a.bin", sound));
        var at = sound.AsSpan().IndexOf(archive.Entry("data/2"));
        BitConverter.TryWriteBytes(sound.AsSpan(at + 2), (ushort)half);
        Assert.Contains("element 1 of scale_mid", AssertRefused(AdapterError.NonFiniteValue, sound).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_contents_are_refused()
    {
        AssertRefused(AdapterError.NoTensors, TorchBuilder.Save(TorchBuilder.Pickle("}.")));
        AssertRefused(AdapterError.BadPickle, TorchBuilder.Save(TorchBuilder.Pickle(TorchBuilder.Dictionary((Query, "N")), ".")));
        AssertRefused(AdapterError.BadArchive, TorchBuilder.Archive([("version", [])]));
        AssertRefused(AdapterError.Unsupported, TorchBuilder.Archive([("data.pkl", TorchBuilder.Pickle("}.")), ("byteorder", "big"u8.ToArray())]));
        AssertRefused(AdapterError.UnsafePickle, TorchBuilder.Save(TorchBuilder.Pickle("cos\nsystem\n", TorchBuilder.Text("true"), "\u0085R.")));
        Assert.Equal(AdapterError.CannotOpen, Assert.Throws<AdapterException>(() => DbfFolder.Open(folder.Path)).Error);
    }

    private AdapterException AssertRefused(AdapterError error, byte[] weights)
    {
        var refused = Assert.Throws<AdapterException>(() => DbfFolder.Open(DbfBuilder.Write(folder, "dbf", weights)).Dispose());
        Assert.True(error == refused.Error, refused.Message);
        return refused;
    }
}
